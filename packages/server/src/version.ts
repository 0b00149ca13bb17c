/** Of all packages. Stands alone, so that whoever says it need not read the whole house. */
export const version = '0.1.0';
