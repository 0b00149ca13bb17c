/** The part of the logger that the store needs: what happened, with its particulars. A pino logger is one. */
type Write = (particulars: object, text: string) => void;

export type Log = { readonly info: Write; readonly warn: Write; readonly error: Write };
