/** The list as it is shown, as a file for a spreadsheet. */
import { Button } from '@mantine/core';
import { IconDownload } from '@tabler/icons-react';
import { csvText, download } from './csv.ts';

type Props = { file: string; head: readonly string[]; rows: readonly (readonly string[])[] };

export const Export = ({ file, head, rows }: Props) => (
  <Button
    variant="default"
    disabled={rows.length === 0}
    leftSection={<IconDownload size={16} aria-hidden />}
    onClick={() => download(file, csvText(head, rows))}
  >
    Export
  </Button>
);
