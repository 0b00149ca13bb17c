/** Which step of the control a tool is: its name in the form of a step, or what the operator says. */

/** read_file, readFile and fs.read/file become read-file, read-file and fs-read-file. */
export const stepName = (tool: string): string => {
  const name = tool
    .normalize('NFKD')
    .replace(/([a-z0-9])([A-Z])/g, '$1-$2')
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '-')
    .replace(/^-+|-+$/g, '');
  return /^[a-z]/.test(name) ? name : `tool-${name}`.replace(/-+$/, '');
};

export type StepOf = (tool: string) => string;

export const stepsBy =
  (mapped: Record<string, string>): StepOf =>
  (tool) =>
    Object.hasOwn(mapped, tool) ? (mapped[tool] as string) : stepName(tool);
