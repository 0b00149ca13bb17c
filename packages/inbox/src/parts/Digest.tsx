/** The digest in small print. The browser makes it again from what it shows, where it has the cryptography for it. */
import type { Json } from '@belay/protocol';
import { ActionIcon, CopyButton } from '@mantine/core';
import { IconAlertTriangle, IconCheck, IconCopy } from '@tabler/icons-react';
import { useEffect, useState } from 'react';
import { digestInBrowser, shortDigest } from '../text/values.ts';
import css from './parts.module.css';

type Verdict = 'unknown' | 'same' | 'different';

const useVerdict = (value: Json, digest: string): Verdict => {
  const [made, setMade] = useState<string | null>(null);
  useEffect(() => {
    let current = true;
    void digestInBrowser(value).then((own) => current && setMade(own));
    return () => {
      current = false;
    };
  }, [value]);
  if (made === null) return 'unknown';
  return made === digest ? 'same' : 'different';
};

const verdicts = {
  unknown: null,
  same: (
    <span className={css.verdict}>
      <IconCheck size={14} aria-hidden /> checked by your browser
    </span>
  ),
  different: (
    <span className={css.verdict} data-different>
      <IconAlertTriangle size={14} aria-hidden /> this is not the digest of what you see: do not decide, tell your admin
    </span>
  ),
};

export const Digest = ({ value, digest }: { value: Json; digest: string }) => (
  <p className={css.digest}>
    <span className="mono" title={digest}>
      {shortDigest(digest)}
    </span>
    <CopyButton value={digest}>
      {({ copied, copy }) => (
        <ActionIcon variant="subtle" color="gray" size="sm" onClick={copy} aria-label="Copy the digest">
          {copied ? <IconCheck size={14} /> : <IconCopy size={14} />}
        </ActionIcon>
      )}
    </CopyButton>
    {verdicts[useVerdict(value, digest)]}
  </p>
);
