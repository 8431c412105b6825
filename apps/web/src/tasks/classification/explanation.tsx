import { useTranslation } from 'react-i18next';
import type { Classifications } from '../../api/client';
import { useFormat } from '../../i18n/use-format';
import { highlight, type Segment } from './highlight';

type Piece = NonNullable<Classifications['results'][number]['explanation']>[number];

/** The share of a colour behind the heaviest words; more would bring the text below a contrast of 4.5:1. */
const TINT_MAX = 35;

interface ExplanationProps {
  text: string;
  /** The first class, for which or against which the pieces speak. */
  label: string;
  pieces: readonly Piece[];
}

/** The words that weighed most: as colour in the text, and by name and number below it. */
export function Explanation({ text, label, pieces }: ExplanationProps) {
  const { t } = useTranslation();
  const [pro, contra] = [pieces.filter(({ weight }) => weight > 0), pieces.filter(({ weight }) => weight < 0)];
  return (
    <section aria-label={t('tasks.classification.why')} className="space-y-2">
      <h3 className="font-medium">{t('tasks.classification.why')}</h3>
      <p
        dir="auto"
        data-testid="highlighted"
        className="rounded-md border border-line px-3 py-2 wrap-anywhere whitespace-pre-wrap"
      >
        {highlight(text, pieces).map((segment, place) => (
          // oxlint-disable-next-line react/no-array-index-key -- the list never changes
          <Highlighted key={place} segment={segment} />
        ))}
      </p>
      {pieces.length === 0 && <p className="text-muted">{t('tasks.classification.nothingKnown')}</p>}
      <PieceList title={t('tasks.classification.speaksFor', { label })} pieces={pro} />
      <PieceList title={t('tasks.classification.speaksAgainst', { label })} pieces={contra} />
    </section>
  );
}

function Highlighted({ segment: { text, weight } }: { segment: Segment }) {
  if (weight === 0) return text;
  const color = weight > 0 ? 'var(--accent)' : 'var(--danger)';
  const tint = Math.round(Math.abs(weight) * TINT_MAX);
  return (
    <mark
      className={`rounded-sm text-inherit ${weight > 0 ? '' : 'underline decoration-dashed underline-offset-2'}`}
      style={{ background: `color-mix(in srgb, ${color} ${tint}%, transparent)` }}
    >
      {text}
    </mark>
  );
}

function PieceList({ title, pieces }: { title: string; pieces: Piece[] }) {
  const format = useFormat();
  if (pieces.length === 0) return null;
  const weightOf = (weight: number) => format.number(weight, { maximumSignificantDigits: 2, signDisplay: 'always' });
  return (
    <p className="text-xs wrap-anywhere text-muted">
      {title}{' '}
      {pieces.map(({ text, start, end, weight }, place) => (
        <span key={`${start} ${end} ${text}`} className="text-ink">
          {place > 0 && ' · '}
          <bdi>“{text}”</bdi> <span className="tabular-nums">{weightOf(weight)}</span>
        </span>
      ))}
    </p>
  );
}
