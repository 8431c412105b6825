import { useQuery } from '@tanstack/react-query';
import { type ReactNode, useId, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { deploymentsQuery } from '../../dashboard/deployments/deployments.queries';
import { curlSnippet } from '../../dashboard/deployments/snippets';
import { useFormat } from '../../i18n/use-format';
import { Chart } from '../../ui/chart/chart';
import { ShareChart } from '../../ui/chart/share-chart';
import { CodeBlock } from '../../ui/code-block';
import type { ClassificationReport, RiskCoverage } from './report';
import { usePercent } from './use-percent';

interface ConfidenceProps {
  report: ClassificationReport;
  projectId: string;
  modelVersionId: string;
}

/** What the scores are worth: how much is answered and right from which score on, and whether scores hold what they say. */
export function Confidence({ report, projectId, modelVersionId }: ConfidenceProps) {
  const [chosen, setChosen] = useState(() => nearestTo(report.riskCoverage, report.minScore));
  const point = report.riskCoverage[chosen];
  return (
    <div className="grid gap-x-8 gap-y-6 lg:grid-cols-2">
      {point && (
        <div className="min-w-0 space-y-3">
          <RiskCoverageChart points={report.riskCoverage} marked={point}>
            <MinScoreSlider points={report.riskCoverage} chosen={chosen} onChoose={setChosen} />
            <MinScoreCall minScore={point.minScore} projectId={projectId} modelVersionId={modelVersionId} />
          </RiskCoverageChart>
        </div>
      )}
      <CalibrationChart calibration={report.calibration} />
    </div>
  );
}

/** Place of the point whose minScore is nearest. */
function nearestTo(points: RiskCoverage[], minScore: number): number {
  const distances = points.map((point) => Math.abs(point.minScore - minScore));
  return Math.max(0, distances.indexOf(Math.min(...distances)));
}

function Titled({ title, hint, children }: { title: string; hint: string; children: ReactNode }) {
  return (
    <section aria-label={title} className="min-w-0 space-y-3">
      <div>
        <h3 className="font-medium">{title}</h3>
        <p className="text-muted">{hint}</p>
      </div>
      {children}
    </section>
  );
}

interface RiskCoverageChartProps {
  points: RiskCoverage[];
  marked: RiskCoverage;
  children: ReactNode;
}

function RiskCoverageChart({ points, marked, children }: RiskCoverageChartProps) {
  const { t } = useTranslation();
  const format = useFormat();
  const percent = usePercent();
  const title = t('tasks.classification.riskCoverage');
  const [first, last] = [points[0]!, points.at(-1)!];
  const label = t('tasks.classification.riskCoverageLabel', {
    all: percent(first.coverage),
    allRight: percent(first.accuracy),
    few: percent(last.coverage),
    fewRight: percent(last.accuracy),
  });
  const toPoint = ({ coverage, accuracy }: RiskCoverage) => ({ x: coverage, y: accuracy });
  return (
    <Titled title={title} hint={t('tasks.classification.riskCoverageHint')}>
      <Chart
        title={title}
        label={label}
        chart={
          <ShareChart
            points={points.map(toPoint).toSorted((a, b) => a.x - b.x)}
            marked={toPoint(marked)}
            xName={t('tasks.classification.answered')}
            yName={t('tasks.classification.rightOfThose')}
            isShareX
          />
        }
        head={['minScore', t('tasks.classification.answered'), t('tasks.classification.rightOfThose')]}
        rows={points.map(({ minScore, coverage, accuracy }) => [
          format.fixed(minScore, 2),
          percent(coverage),
          coverage === 0 ? '—' : percent(accuracy),
        ])}
      >
        {children}
      </Chart>
    </Titled>
  );
}

interface MinScoreSliderProps {
  points: RiskCoverage[];
  chosen: number;
  onChoose: (place: number) => void;
}

function MinScoreSlider({ points, chosen, onChoose }: MinScoreSliderProps) {
  const { t } = useTranslation();
  const format = useFormat();
  const percent = usePercent();
  const id = useId();
  const { minScore, coverage, accuracy } = points[chosen]!;
  const values = { minScore: format.fixed(minScore, 2), coverage: percent(coverage), accuracy: percent(accuracy) };
  const words =
    coverage === 0 ? t('tasks.classification.answersNone', values) : t('tasks.classification.answers', values);
  return (
    <div>
      <label htmlFor={id} className="mb-1 block font-medium">
        {t('tasks.classification.minScoreSlider')}
      </label>
      <input
        id={id}
        type="range"
        min={0}
        max={points.length - 1}
        value={chosen}
        aria-valuetext={words}
        onChange={(event) => onChoose(event.target.valueAsNumber)}
        className="h-6 w-full cursor-pointer accent-accent"
      />
      <output htmlFor={id} className="block">
        {words}
      </output>
    </div>
  );
}

/** The call that asks for it: of a deployment where the version is live in one, else its body. */
function MinScoreCall({ minScore, projectId, modelVersionId }: Omit<ConfidenceProps, 'report'> & { minScore: number }) {
  const { t } = useTranslation();
  const { data: deployments } = useQuery(deploymentsQuery(projectId));
  const live = deployments?.find((each) => each.modelVersionId === modelVersionId);
  const body = { text: t('tasks.classification.exampleText'), minScore };
  const code = live
    ? curlSnippet({ origin: window.location.origin, deploymentId: live.id, operation: 'classifications', body })
    : JSON.stringify(body);
  return <CodeBlock label={t('tasks.classification.minScoreCall')} code={code} testId="min-score" />;
}

function CalibrationChart({ calibration }: Pick<ClassificationReport, 'calibration'>) {
  const { t } = useTranslation();
  const format = useFormat();
  const percent = usePercent();
  const title = t('tasks.classification.calibration');
  if (calibration.length === 0) return null;
  const farthest = calibration.toSorted((a, b) => Math.abs(b.score - b.accuracy) - Math.abs(a.score - a.accuracy))[0]!;
  return (
    <Titled title={title} hint={t('tasks.classification.calibrationHint')}>
      <Chart
        title={title}
        label={t('tasks.classification.calibrationLabel', {
          score: percent(farthest.score),
          accuracy: percent(farthest.accuracy),
        })}
        chart={
          <ShareChart
            points={calibration.map(({ score, accuracy }) => ({ x: score, y: accuracy }))}
            xName={t('tasks.classification.score')}
            yName={t('tasks.classification.rightShare')}
            isShareX
            hasDiagonal
          />
        }
        head={[t('tasks.classification.score'), t('tasks.classification.rightShare'), t('tasks.classification.texts')]}
        rows={calibration.map(({ score, accuracy, count }) => [
          percent(score),
          percent(accuracy),
          format.number(count),
        ])}
      />
    </Titled>
  );
}
