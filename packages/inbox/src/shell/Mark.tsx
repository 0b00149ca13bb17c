/** The mark: a carabiner with its gate ajar, for somebody holds the rope. */
export const Mark = ({ size }: { size: number }) => (
  <svg width={size} height={size} viewBox="0 0 32 32" aria-hidden="true">
    <rect width="32" height="32" rx="8" fill="#0c695b" />
    <g transform="rotate(24 16 16)" fill="none" strokeWidth="2.7" strokeLinecap="round">
      <path d="M20.6 12.2V11a5 5 0 0 0-5-5h-.2a5 5 0 0 0-5 5v10a5 5 0 0 0 5 5h.2a5 5 0 0 0 5-5v-.6" stroke="#fff" />
      <path d="M20.6 20.2 17.2 12.4" stroke="#72c3b2" />
    </g>
  </svg>
);
