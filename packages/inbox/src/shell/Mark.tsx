/** The mark: a carabiner with its gate ajar, for somebody holds the rope. */
export const Mark = ({ size }: { size: number }) => (
  <svg width={size} height={size} viewBox="0 0 32 32" aria-hidden="true">
    <rect width="32" height="32" rx="8" fill="#0c695b" />
    <path
      d="M20.5 9.2A7.2 7.2 0 0 0 9 14.8v3.4a6.9 6.9 0 0 0 13.8 0v-3.6"
      fill="none"
      stroke="#fff"
      strokeWidth="2.6"
      strokeLinecap="round"
    />
    <path d="M22.8 14.6 18.4 8" fill="none" stroke="#72c3b2" strokeWidth="2.6" strokeLinecap="round" />
  </svg>
);
