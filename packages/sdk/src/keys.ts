/**
 * Names of intended effects. The same program on the same run names its steps alike, in this process and in the next:
 * that is how a step that was carried out before a crash is not carried out again.
 */
import { digestOf } from '@belay/protocol';

export type Keys = {
  /** The key of the next effect of this kind. It stays the same until `used` says that the effect took place. */
  next(kind: string, digest: string): string;
  used(kind: string, digest: string, key: string): void;
};

export const createKeys = (control: string): Keys => {
  const taken = new Map<string, number>();
  const count = (kind: string, digest: string): number => taken.get(`${kind}\n${digest}`) ?? 0;
  const next = (kind: string, digest: string): string =>
    `auto-${digestOf([control, kind, digest, count(kind, digest)]).slice('sha256:'.length)}`;
  return {
    next,
    // Two callers that shared one effect are one effect.
    used: (kind, digest, key) => {
      if (key === next(kind, digest)) taken.set(`${kind}\n${digest}`, count(kind, digest) + 1);
    },
  };
};
