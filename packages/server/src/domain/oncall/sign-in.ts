/** How and when somebody signed in. `at` is epoch ms; null: the provider did not say. */
export type SignIn = {
  method: 'link' | 'company';
  at: number | null;
  issuer: string | null;
  /** methods and class of the authentication, as the provider names them (RFC 8176) */
  amr: string[];
  acr: string | null;
};
