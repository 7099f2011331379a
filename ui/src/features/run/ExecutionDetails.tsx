import { Button, Drawer, Skeleton, Stack } from '@mantine/core';
import { useWindowEvent } from '@mantine/hooks';
import { useQuery } from '@tanstack/react-query';
import { Link, useLocation } from '@tanstack/react-router';
import type { ReactNode } from 'react';
import { texts } from '../../app/texts';
import { Chip } from '../../components/Chip';
import { CopyIcon } from '../../components/CopyIcon';
import { Problem } from '../../components/Notice';
import type { Execution, ExecutionDetail, RenderedMessage, RunPartial } from '../../bindings/types';
import { bytes, dollars, duration, rate, shortVersion } from '../../lib/format';
import { useStream } from '../../lib/useStream';
import { Attachments } from '../content/Attachments';
import { segmentText } from '../content/pieces';
import { notifyError } from '../../lib/notify';
import { rate as rateAnswer } from '../rating/rate';
import { RatingForm } from '../rating/RatingForm';
import { ratingOfKeys } from '../rating/shortcuts';
import { ratingTexts } from '../rating/texts';
import { ValidationResults } from '../validation/ValidationResults';
import { saveAsCase } from './asCase';
import { AttemptFacts } from './AttemptFacts';
import { columnsTexts } from './columns.texts';
import classes from './details.module.css';
import { Fact, Facts } from './Facts';
import { ExecutionLog } from './ExecutionLog';
import { executionQuery } from './queries';
import { FailureBox } from './FailureBox';
import { Inputs } from './Inputs';
import { exactMoment } from './moment';
import { ReplayedFact } from './Origin';
import { runsTexts } from './runs.texts';
import { finishInFull, messageText, parameterList, tokenList, type Tone } from './summary';
import { ToolCalls } from './ToolCalls';

const TONES: Record<Execution['status'], Tone> = {
  pending: 'plain',
  running: 'accent',
  completed: 'good',
  failed: 'bad',
  cancelled: 'warn',
};

const words = runsTexts.details;

/** All that is known of an execution but its answer, at the side of its run. */
export function ExecutionDetails({ executionId, onClose }: { executionId: string; onClose: () => void }) {
  const execution = useQuery(executionQuery(executionId));
  // Wherever the focus is: what was pressed last may not be there any more.
  useWindowEvent('keydown', (event) => {
    const rated = ratingOfKeys(event);
    if (rated === undefined || execution.data === undefined) return;
    event.preventDefault();
    rateAnswer(execution.data.execution, rated).catch(notifyError);
  });
  return (
    <Drawer
      opened
      onClose={onClose}
      position="right"
      size={640}
      title={words.title}
      closeButtonProps={{ 'aria-label': words.close }}
      classNames={{ title: classes.title ?? '' }}
    >
      {execution.isError && <Problem error={execution.error} onRetry={() => void execution.refetch()} />}
      {execution.isPending && <Loading />}
      {execution.data !== undefined && <Details detail={execution.data} onLeave={onClose} />}
    </Drawer>
  );
}

function Loading() {
  return (
    <Stack>
      <Skeleton height={160} />
      <Skeleton height={240} />
    </Stack>
  );
}

function Details({ detail, onLeave }: { detail: ExecutionDetail; onLeave: () => void }) {
  const { execution, attempts, inputs, messages, partials } = detail;
  return (
    <>
      <Overview execution={execution} onLeave={onLeave} />
      {execution.failure !== null && <FailureBox failure={execution.failure} />}
      <Section title={words.parameters}>
        <Parameters execution={execution} />
      </Section>
      <Section title={words.attempts}>
        {attempts.length === 0 && <p className={classes.none}>{words.noAttempts}</p>}
        {attempts.map((attempt) => (
          <AttemptFacts key={attempt.id} attempt={attempt} />
        ))}
      </Section>
      <Section title={words.log}>
        <ExecutionLog executionId={execution.id} />
      </Section>
      <Reasoning execution={execution} />
      {execution.toolCalls.length > 0 && (
        <Section title={runsTexts.toolCalls.title} copy={JSON.stringify(execution.toolCalls, null, 2)}>
          <ToolCalls calls={execution.toolCalls} />
        </Section>
      )}
      <Section title={words.validations}>
        <Validations detail={detail} />
      </Section>
      {['completed', 'failed', 'cancelled'].includes(execution.status) && (
        <Section title={ratingTexts.title}>
          <RatingForm execution={execution} />
        </Section>
      )}
      <Section title={words.inputs} copy={JSON.stringify(inputs, null, 2)}>
        {Object.keys(inputs).length === 0 ? (
          <p className={classes.none}>{words.noInputs}</p>
        ) : (
          <Inputs inputs={inputs} />
        )}
      </Section>
      {partials.length > 0 && (
        <Section title={words.partials}>
          <Partials partials={partials} onLeave={onLeave} />
        </Section>
      )}
      <Section title={words.messages}>
        {messages.length === 0 && <p className={classes.none}>{words.noMessages}</p>}
        {messages.map((message, at) => (
          <Message key={at} message={message} />
        ))}
      </Section>
    </>
  );
}

function Section({ title, copy, children }: { title: string; copy?: string; children: ReactNode }) {
  return (
    <section className={classes.section} aria-label={title}>
      <h3>
        {title}
        {copy !== undefined && <CopyIcon value={copy} label={words.copyThing(title)} />}
      </h3>
      {children}
    </section>
  );
}

function Overview({ execution, onLeave }: { execution: Execution; onLeave: () => void }) {
  const { metrics } = execution;
  return (
    <>
      <div className={classes.state}>
        <Chip tone={TONES[execution.status]}>{texts.executionStatus[execution.status]}</Chip>
        {execution.completedAt !== null && (
          <Button size="compact-sm" variant="default" onClick={() => saveAsCase(execution)}>
            {columnsTexts.saveAsCase}
          </Button>
        )}
      </div>
      <Facts>
        <Fact name={words.model} value={execution.model} isMono copy={execution.model} />
        <Fact
          name={words.version}
          value={shortVersion(execution.versionId)}
          isMono
          copy={execution.versionId}
        />
        <Fact name={words.id} value={execution.id} isMono copy={execution.id} />
        <RunFact runId={execution.runId} onLeave={onLeave} />
        {execution.generation > 0 && (
          <Fact name={words.generation} value={String(execution.generation + 1)} />
        )}
        <Fact name={words.created} value={exactMoment(execution.createdAt)} />
        {execution.startedAt !== null && (
          <Fact name={words.started} value={exactMoment(execution.startedAt)} />
        )}
        {execution.completedAt !== null && (
          <Fact name={words.completed} value={exactMoment(execution.completedAt)} />
        )}
        <Fact name={words.firstToken} value={duration(metrics.firstTokenMs)} />
        <Fact name={words.latency} value={duration(metrics.latencyMs)} />
        <Fact name={words.rate} value={rate(metrics.tokensPerSecond)} />
        <Fact
          name={words.tokens}
          value={metrics.tokenUsage === null ? texts.unknown : tokenList(metrics.tokenUsage)}
        />
        <Fact name={words.cost} value={`${dollars(metrics.costUsd)}, ${words.basis[metrics.basis]}`} />
        <ReplayedFact metrics={metrics} />
        {execution.finish !== null && <Fact name={words.finish} value={finishInFull(execution.finish)} />}
        <Fact name={words.size} value={bytes(execution.outputBytes)} />
        {execution.reasoningBytes > 0 && (
          <Fact name={texts.column.reasoning} value={bytes(execution.reasoningBytes)} />
        )}
      </Facts>
    </>
  );
}

/** The way to its run, where that is not what is looked at. */
function RunFact({ runId, onLeave }: { runId: string; onLeave: () => void }) {
  const isThere = useLocation({ select: ({ pathname }) => pathname === `/runs/${runId}` });
  if (isThere) return null;
  return (
    <div>
      <dt>{words.run}</dt>
      <dd>
        <Link to="/runs/$id" params={{ id: runId }} onClick={onLeave}>
          {words.openRun}
        </Link>
      </dd>
    </div>
  );
}

function Parameters({ execution }: { execution: Execution }) {
  const parameters = parameterList(execution.parameters);
  if (parameters.length === 0) return <p className={classes.none}>{words.noParameters}</p>;
  return (
    <Facts>
      {parameters.map(([name, value]) => (
        <Fact key={name} name={name} value={value} isMono />
      ))}
    </Facts>
  );
}

/** The versions that were called as partials, each with the way to its prompt. */
function Partials({ partials, onLeave }: { partials: readonly RunPartial[]; onLeave: () => void }) {
  return (
    <Facts>
      {partials.map(({ name, promptId, promptName, versionId, versionNumber }) => (
        <div key={name}>
          <dt>{name}</dt>
          <dd>
            <Link to="/prompts/$id" params={{ id: promptId }} onClick={onLeave}>
              {promptName}
            </Link>{' '}
            {versionNumber == null ? shortVersion(versionId) : `v${String(versionNumber)}`}
          </dd>
        </div>
      ))}
    </Facts>
  );
}

/** What the model thought, where it told that. */
function Reasoning({ execution }: { execution: Execution }) {
  const { text } = useStream('reasoning', execution.id, execution.reasoningBytes);
  if (text === '') return null;
  return (
    <Section title={texts.column.reasoning} copy={text}>
      <pre className={`${classes.message ?? ''} ${classes.text ?? ''}`} tabIndex={0}>
        {text}
      </pre>
    </Section>
  );
}

function Validations({ detail }: { detail: ExecutionDetail }) {
  const { validations } = detail.execution;
  const output = detail.validatedOutput;
  const json = output === undefined || output === null ? null : JSON.stringify(output, null, 2);
  return (
    <>
      {validations.length === 0 && <p className={classes.none}>{words.noValidations}</p>}
      <ValidationResults execution={detail.execution} isBrief={false} />
      {json !== null && (
        <details className={classes.message}>
          <summary>{words.validated}</summary>
          <pre className={classes.text}>{json}</pre>
          <CopyIcon value={json} label={words.copyThing(words.validated)} />
        </details>
      )}
    </>
  );
}

function Message({ message }: { message: RenderedMessage }) {
  const role = words.roles[message.role];
  const isEarlier = message.template === undefined || message.template === null;
  return (
    <div className={classes.message}>
      <div className={classes.head}>
        <b>{role}</b>
        {isEarlier && <span>{words.earlier}</span>}
        <span className="spacer" />
        <CopyIcon value={messageText(message)} label={words.copyThing(role)} />
      </div>
      <Attachments attachments={message.attachments} />
      <pre className={classes.text}>
        {message.segments.map((segment, at) =>
          segment.kind === 'value' ? (
            <span key={at} className={classes.value} title={segment.path}>
              {segment.text}
            </span>
          ) : segment.kind === 'media' ? (
            <span key={at} className={classes.value}>
              {segment.url}
            </span>
          ) : (
            segmentText(segment)
          ),
        )}
      </pre>
    </div>
  );
}
