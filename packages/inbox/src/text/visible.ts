/** Texts of others, as the inbox shows them: the same function as on every other surface. */
export { visible, visiblePieces } from '@belay/protocol';
