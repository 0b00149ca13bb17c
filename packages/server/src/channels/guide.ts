/** What somebody does over at the vendor to connect a channel: steps to read, and a text to paste there. */
export type Guide = {
  /** in order; each a sentence or two */
  steps: string[];
  /** what is pasted over there, and where */
  paste: { where: string; text: string } | null;
  /** the page that says all of it */
  page: string;
};

/** `url`: where Belay is reached from outside, without a slash at its end. */
export type GuideOf = (url: string) => Guide;
