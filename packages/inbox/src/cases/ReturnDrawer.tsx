/** Giving control back: instructions, what becomes of the step, what the agent may no longer do. */
import { actionLabels, type CaseView } from '@belay/protocol';
import { Alert, Button, Drawer, Group, MultiSelect, Radio, Stack, Textarea, TextInput } from '@mantine/core';
import { IconRobot } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { type Dispatch, type SetStateAction, useState } from 'react';
import type { ApiError } from '../data/api.ts';
import { controlQuery } from '../data/queries.ts';
import { Inert } from '../parts/Inert.tsx';
import { useLabels } from '../parts/labels.ts';
import { ProblemNote } from '../parts/ProblemNote.tsx';
import type { CaseCommand } from './act.ts';
import css from './case.module.css';
import { EditedArgument, type Wrong } from './EditedArgument.tsx';
import { draftFor, missingIn, type ReturnDraft, returnBodyOf, type StepChoice, toldWords } from './returning.ts';

type CaseStep = NonNullable<CaseView['step']>;
type Draft = { draft: ReturnDraft; setDraft: Dispatch<SetStateAction<ReturnDraft>> };

const choices: readonly [StepChoice, string, string][] = [
  ['allow', 'Let the agent do it once', 'With exactly the arguments you see. What else is required of it still is.'],
  ['doneByMe', 'I did it myself', 'The agent will never do it again in this run.'],
  ['leave', 'Neither', 'If the agent asks again, the gate decides again.'],
];

type Fate = Draft & { step: CaseStep; setWrong: Dispatch<SetStateAction<Wrong>> };

const Editing = ({ step, draft, setDraft, setWrong }: Fate) => {
  const labels = useLabels();
  return (
    <div className={css.editing}>
      {step.editable.map((name) => (
        <EditedArgument
          key={name}
          name={name}
          label={labels.of(name)}
          original={step.arguments[name] ?? null}
          value={draft.arguments[name] ?? null}
          setWrong={setWrong}
          onChange={(value) => setDraft((now) => ({ ...now, arguments: { ...now.arguments, [name]: value } }))}
        />
      ))}
    </div>
  );
};

const StepFate = ({ step, draft, setDraft, setWrong }: Fate) => (
  <Radio.Group
    label={`What becomes of “${useLabels().step(step.step)}”?`}
    value={draft.choice}
    onChange={(choice) => setDraft((now) => ({ ...now, choice: choice as StepChoice }))}
  >
    <div className={css.choices}>
      {choices.map(([choice, label, description]) => (
        <div key={choice} className={css.choice} data-chosen={draft.choice === choice || undefined}>
          <Radio value={choice} label={label} description={description} />
          {choice === 'allow' && draft.choice === 'allow' && step.editable.length > 0 && (
            <Editing step={step} draft={draft} setDraft={setDraft} setWrong={setWrong} />
          )}
          {choice === 'doneByMe' && draft.choice === 'doneByMe' && (
            <TextInput
              className={css.editing ?? ''}
              label="Reference"
              description="Where it can be seen: a transfer number, a ticket, a document."
              value={draft.reference}
              maxLength={500}
              withAsterisk
              onChange={(event) => {
                const reference = event.currentTarget.value;
                setDraft((now) => ({ ...now, reference }));
              }}
            />
          )}
        </div>
      ))}
    </div>
  </Radio.Group>
);

const Limits = ({ shown, draft, setDraft }: Draft & { shown: CaseView }) => {
  const { data } = useQuery(controlQuery(shown.control.name, shown.control.version));
  const steps = (data?.steps ?? []).map(({ name, label }) => ({ value: name, label }));
  return (
    <div className={css.limits}>
      <MultiSelect
        label="May no longer do"
        description="In this run, until it ends."
        placeholder={draft.prohibit.length === 0 ? 'Nothing more' : ''}
        data={steps}
        value={draft.prohibit}
        onChange={(prohibit) => setDraft((now) => ({ ...now, prohibit }))}
        searchable
      />
      <MultiSelect
        label="Needs a sign-off for"
        description="Also where the control would not ask."
        placeholder={draft.requireApproval.length === 0 ? 'Nothing more' : ''}
        data={steps}
        value={draft.requireApproval}
        onChange={(requireApproval) => setDraft((now) => ({ ...now, requireApproval }))}
        searchable
      />
    </div>
  );
};

const Preview = ({ shown, draft }: { shown: CaseView; draft: ReturnDraft }) => (
  <section className={css.preview} aria-label="What the agent will be told" aria-live="polite">
    <h3>
      <IconRobot size={17} stroke={1.6} aria-hidden /> {shown.agentId} will be told
    </h3>
    {draft.instructions.trim() !== '' && (
      <blockquote>
        <Inert text={draft.instructions.trim()} />
      </blockquote>
    )}
    <ul>
      {toldWords(draft, shown.step, useLabels()).map((line) => (
        <li key={line}>
          <Inert text={line} />
        </li>
      ))}
      <li>It has control again, and must read this before its next step.</li>
    </ul>
  </section>
);

type FormProps = {
  shown: CaseView;
  pending: boolean;
  error: ApiError | Error | null;
  /** who took the case from its reader; null: nobody */
  lostTo: string | null;
  act: (command: CaseCommand) => void;
};

const Form = ({
  shown,
  pending,
  error,
  lostTo,
  act,
  draft,
  setDraft,
  onClose,
}: FormProps & Draft & { onClose: () => void }) => {
  const [wrong, setWrong] = useState<Wrong>([]);
  const missing = missingIn(draft) ?? (wrong.length === 0 ? null : 'Mend the marked argument.');
  const send = () => {
    if (missing === null && lostTo === null && !pending)
      act({ name: 'returnCase', body: returnBodyOf(draft, shown.step) });
  };
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault();
        send();
      }}
      onKeyDown={(event) => (event.ctrlKey || event.metaKey) && event.key === 'Enter' && send()}
    >
      <Stack gap="lg">
        {error !== null && <ProblemNote error={error} />}
        {lostTo !== null && (
          <Alert role="alert" color="red" title={`${lostTo} has control now`}>
            Why stands in the timeline. What you wrote stays here for you to copy.
          </Alert>
        )}
        <Textarea
          label="Instructions"
          description="In your words. The agent reads them before its next step."
          placeholder="The new bank details are confirmed by phone. Pay it, and attach the note to the invoice."
          value={draft.instructions}
          onChange={(event) => {
            const instructions = event.currentTarget.value;
            setDraft((now) => ({ ...now, instructions }));
          }}
          maxLength={20_000}
          minRows={4}
          maxRows={14}
          autosize
          data-autofocus
        />
        {shown.step !== null && <StepFate step={shown.step} draft={draft} setDraft={setDraft} setWrong={setWrong} />}
        <Limits shown={shown} draft={draft} setDraft={setDraft} />
        <Preview shown={shown} draft={draft} />
        <Group justify="flex-end" className={css.send ?? ''}>
          {missing !== null && <p className="quiet">{missing}</p>}
          <Button variant="default" onClick={onClose}>
            {lostTo === null ? 'Keep control' : 'Close'}
          </Button>
          <Button type="submit" loading={pending} disabled={missing !== null || lostTo !== null}>
            Return to {shown.agentId}
          </Button>
        </Group>
      </Stack>
    </form>
  );
};

/** What was written outlives a closed drawer: Escape is a look at the case, not the end of a thought. */
export const ReturnDrawer = ({ opened, onClose, ...form }: FormProps & { opened: boolean; onClose: () => void }) => {
  const [draft, setDraft] = useState(() => draftFor(form.shown.step));
  return (
    <Drawer opened={opened} onClose={onClose} position="right" size="lg" title={actionLabels.return}>
      <Form {...form} draft={draft} setDraft={setDraft} onClose={onClose} />
    </Drawer>
  );
};
