import { setImmediate } from 'node:timers/promises';
import { textsOf, type Classification, type ClassifyRequest } from '../tasks/classification/task.js';
import type { Predictor } from '../tasks/tasks.js';
import { readArtifact, type LoadedArtifact } from './artifact.js';
import { givenLabels, judge } from './classifier.js';
import { explain } from './explanation.js';
import { labelsOf } from './labelled-texts.js';
import { NeighbourSearch } from './neighbours.js';

interface Loaded extends LoadedArtifact {
  search: NeighbourSearch;
}

/** Next to the artifact: the rows of words turned round, and numbers for each text. */
const LOADED_PER_BYTE = 2;
/** How long other calls wait for one of many texts. */
const SLICE_MS = 5;

/** Throws `ArtifactError` where the artifact is damaged. */
export async function loadTextClassificationPredictor(
  artifact: Uint8Array,
): Promise<Required<Predictor<'classification'>>> {
  const read = readArtifact(artifact);
  const loaded = { ...read, search: new NeighbourSearch(read.classifier.neighbours) };
  return {
    byteLength: LOADED_PER_BYTE * artifact.byteLength,
    classifications: async (request) => ({ results: await classifyAll(loaded, request) }),
  };
}

/** One text after another; other calls come in between. */
async function classifyAll(loaded: Loaded, request: ClassifyRequest): Promise<Classification[]> {
  const results: Classification[] = [];
  let resumedMs = performance.now();
  for (const text of textsOf(request)) {
    if (performance.now() - resumedMs > SLICE_MS) {
      await setImmediate();
      resumedMs = performance.now();
    }
    results.push(classify(loaded, text, request));
  }
  return results;
}

function classify(loaded: Loaded, text: string, request: ClassifyRequest): Classification {
  const { classifier, labels } = loaded;
  const { chances, isOutOfScope } = judge(classifier, text);
  const inOrder = [...chances.keys()].sort((a, b) => chances[b]! - chances[a]! || a - b);
  const minScore = request.minScore ?? classifier.minScore;
  const given = givenLabels(chances, classifier.thresholds).filter((label) => chances[label]! >= minScore);
  const abstained = isOutOfScope || given.length === 0;
  return {
    labels: abstained ? [] : given.map((label) => labels[label]!),
    classes: inOrder.slice(0, request.topK).map((label) => ({ label: labels[label]!, score: chances[label]! })),
    abstained,
    ...(abstained && { reason: isOutOfScope ? 'out_of_scope' : 'low_confidence' }),
    ...(request.explain && { explanation: explain(classifier, text, inOrder[0]!) }),
    ...(request.nearest > 0 && { nearest: nearestOf(loaded, text, request.nearest) }),
  };
}

function nearestOf({ classifier, labels, search }: Loaded, text: string, count: number): Classification['nearest'] {
  const { texts, targets } = classifier.neighbours.data;
  return search.nearest(text, count).map(({ row, similarity }) => ({
    text: texts[row]!,
    labels: Array.from(labelsOf(targets, row), (label) => labels[label]!),
    similarity,
  }));
}
