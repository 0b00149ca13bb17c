/** Text that others wrote: plain, isolated, and with its hidden characters made visible. */
import { visiblePieces } from '../text/visible.ts';

export const Inert = ({ text }: { text: string }) => (
  <span className="inert" dir="auto">
    {visiblePieces(text).map((piece, index) =>
      piece.hidden ? (
        // biome-ignore lint/suspicious/noArrayIndexKey: pieces of one text have no other identity
        <span key={index} className="hidden-character" title="A hidden character stands here">
          {piece.text}
        </span>
      ) : (
        piece.text
      ),
    )}
  </span>
);
