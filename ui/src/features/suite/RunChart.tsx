import { ActionIcon, Menu } from '@mantine/core';
import { IconDownload } from '@tabler/icons-react';
import { useRef } from 'react';
import { ceiling } from '../../components/chart';
import { host } from '../../host';
import { moment } from '../../lib/format';
import { notifyDone, notifyError } from '../../lib/notify';
import { bars, CHART, inPixels, picture } from './chart';
import classes from './suite.module.css';
import { suiteTexts } from './texts';

const words = suiteTexts.runs;

interface Props {
  readonly title: string;
  /** The value of each run with the moment it was started, oldest first; `null` where it is not known. */
  readonly values: readonly {
    readonly at: string;
    readonly value: number | null;
    readonly isBaseline: boolean;
  }[];
  readonly show: (value: number) => string;
  /** The end of the axis, where it does not hang on the values. */
  readonly most?: number;
}

/** A figure of a suite over its runs, as bars, which can be saved as a picture. */
export function RunChart({ title, values, show, most }: Props) {
  const drawing = useRef<SVGSVGElement>(null);
  const known = values.flatMap(({ value }) => (value === null ? [] : [value]));
  const end = most ?? ceiling(Math.max(0, ...known));
  const save = async (format: 'svg' | 'png') => {
    if (drawing.current === null) return;
    const style = getComputedStyle(document.documentElement);
    const text = picture(drawing.current.outerHTML, (name) => style.getPropertyValue(name).trim());
    const name = `${title.toLowerCase().replaceAll(' ', '-')}.${format}`;
    const path = await host.saveFile(name, format === 'svg' ? text : await inPixels(text));
    if (path !== null) notifyDone(words.saved(path));
  };
  const shown = bars(
    values.map(({ value }) => value),
    end,
  );
  const [first, last] = [values[0], values.at(-1)];
  return (
    <figure className={classes.chart} aria-label={title}>
      <figcaption>
        <b>{title}</b>
        <span className="spacer" />
        <Menu position="bottom-end">
          <Menu.Target>
            <ActionIcon size="sm" aria-label={words.save(title)} title={words.save(title)}>
              <IconDownload size={14} aria-hidden />
            </ActionIcon>
          </Menu.Target>
          <Menu.Dropdown>
            {(['svg', 'png'] as const).map((format) => (
              <Menu.Item key={format} onClick={() => void save(format).catch(notifyError)}>
                {words.saveAs(format.toUpperCase())}
              </Menu.Item>
            ))}
          </Menu.Dropdown>
        </Menu>
      </figcaption>
      <svg
        ref={drawing}
        xmlns="http://www.w3.org/2000/svg"
        viewBox={`0 0 ${CHART.width} ${CHART.height}`}
        role="img"
        aria-label={words.values(title, known.map(show).join(', '))}
        fontFamily="Inter Variable, Inter, system-ui, sans-serif"
        fontSize={12}
      >
        <rect width={CHART.width} height={CHART.height} fill="var(--raised)" />
        <line
          x1={0}
          x2={CHART.width}
          y1={CHART.top}
          y2={CHART.top}
          stroke="var(--line)"
          strokeDasharray="3 3"
        />
        <text x={0} y={CHART.top - 5} fill="var(--mute)">
          {show(end)}
        </text>
        <line x1={0} x2={CHART.width} y1={CHART.bottom} y2={CHART.bottom} stroke="var(--line)" />
        {shown.map((bar, at) => {
          const own = values[at];
          if (bar === null || own === undefined || own.value === null) return null;
          return (
            <rect
              key={at}
              x={bar.x}
              y={bar.y}
              width={bar.width}
              height={bar.height}
              rx={2}
              fill={own.isBaseline ? 'var(--good)' : 'var(--accent)'}
            >
              <title>{`${moment(own.at)}: ${show(own.value)}`}</title>
            </rect>
          );
        })}
        <text x={0} y={CHART.height - 4} fill="var(--mute)">
          {first === undefined ? '' : moment(first.at)}
        </text>
        <text x={CHART.width} y={CHART.height - 4} textAnchor="end" fill="var(--mute)">
          {last === undefined || values.length < 2 ? '' : moment(last.at)}
        </text>
      </svg>
    </figure>
  );
}
