import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { Engine } from '../../libs/compute/engine/engine.js';
import { writeArtifact } from '../../libs/models/text-classification/artifact.js';
import { likeliest } from '../../libs/models/text-classification/classifier.js';
import { Vectorizer } from '../../libs/models/text-classification/features/vectorizer.js';
import { fitClassifier } from '../../libs/models/text-classification/fit.js';
import { inputOf, type TextsInput } from '../../libs/models/text-classification/input.js';
import type { RecipeChoice } from '../../libs/models/text-classification/manifest.js';
import { quantise, scoreRow, type QuantisedModel } from '../../libs/models/text-classification/quantised-model.js';
import { featureSettingsOf, fitModel, parseChoice } from '../../libs/models/text-classification/recipes/recipes.js';
import { openEveryEngine, THREADS } from '../engines.js';
import { interleave, time, type Comparison, type Contender, type Timing } from '../measure.js';
import { PythonPeer } from '../python-peer.js';
import { readBanking77, type Labelled } from './banking77.js';

/** Texts that are classified one by one in a turn. */
const TEXTS_PREDICTED = 200;
/** Of the peer's, which measures best at it. */
const PEER_COST = 0.5;
const report = async () => undefined;

export interface TextsResult {
  /** Vectorizing and fitting, all of it; scikit-learn first where it is there. */
  training: Comparison[];
  /** {@link TEXTS_PREDICTED} texts, one at a time. */
  prediction: Comparison[];
  accuracy: Record<string, number>;
  artifactMegabytes: number;
}

/** A vectorizer with the linear recipe's model: what a peer's pipeline is. */
class Pipeline {
  private vectorizer!: Vectorizer;
  private model!: QuantisedModel;

  constructor(
    private readonly engine: Engine,
    private readonly input: TextsInput,
    private readonly choice = parseChoice('linear', {}) as RecipeChoice,
  ) {}

  async train(): Promise<void> {
    const { choice, input, engine } = this;
    const { vectorizer, rows } = await Vectorizer.fit(input.texts, featureSettingsOf(choice, input));
    this.vectorizer = vectorizer;
    this.model = await quantise(await fitModel(choice, rows, input.targets, { engine, seed: 1, report }));
  }

  predict(text: string): string {
    const { indices, values } = this.vectorizer.transformOne(text);
    return this.input.labels[likeliest(scoreRow(this.model, indices, values))]!;
  }

  accuracyOn(test: Labelled[]): number {
    return test.filter(({ text, label }) => this.predict(text) === label).length / test.length;
  }
}

/** The linear recipe on Banking77 on every engine, in turn with scikit-learn and fastText; null without the data. */
export async function benchTexts(rounds: number): Promise<TextsResult | null> {
  const data = readBanking77();
  if (!data) return null;
  const { train, test } = data;
  const input = inputOf(train.map(({ text, label }) => ({ text, labels: [label] })));
  const engines = await openEveryEngine();
  const peer = openPeer(input, test);
  const pipelines = engines.map((engine) => ({ name: engine.name, pipeline: new Pipeline(engine, input) }));
  try {
    const training = await interleave([...(peer ? peerTraining(peer) : []), ...pipelines.map(trainingOf)], rounds);
    const prediction = await interleave(
      [...(peer ? peerPrediction(peer) : []), ...pipelines.map((each) => predictionOf(each, test)).slice(0, 1)],
      rounds,
    );
    const accuracy: Record<string, number> = peer ? await peer.ask({ do: 'accuracy' }) : {};
    for (const { name, pipeline } of pipelines) accuracy[name] = pipeline.accuracyOn(test);
    return { training, prediction, accuracy, artifactMegabytes: await sizeOfArtifact(engines[0]!, input) };
  } finally {
    peer?.close();
    await Promise.all(engines.map((engine) => engine.close()));
  }
}

interface Named {
  name: string;
  pipeline: Pipeline;
}

function trainingOf({ name, pipeline }: Named): Contender {
  return { name, run: () => time(() => pipeline.train()) };
}

function predictionOf({ pipeline }: Named, test: Labelled[]): Contender {
  const texts = test.slice(0, TEXTS_PREDICTED).map(({ text }) => text);
  return { name: 'kindred', run: () => time(async () => texts.forEach((text) => pipeline.predict(text))) };
}

function peerTraining(peer: PythonPeer): Contender[] {
  return [
    { name: 'scikit-learn', run: () => peer.ask<Timing>({ do: 'train_svc', cost: PEER_COST }) },
    { name: 'fastText', run: () => peer.ask<Timing>({ do: 'train_fasttext', threads: THREADS }) },
  ];
}

function peerPrediction(peer: PythonPeer): Contender[] {
  return [
    { name: 'scikit-learn', run: () => peer.ask<Timing>({ do: 'predict_svc' }) },
    { name: 'fastText', run: () => peer.ask<Timing>({ do: 'predict_fasttext' }) },
  ];
}

/** With the texts handed over. */
function openPeer({ texts, labels, targets }: TextsInput, test: Labelled[]): PythonPeer | null {
  const script = path.resolve('bench/text-classification/peers/text_peers.py');
  const peer = PythonPeer.open(script, { OPENBLAS_NUM_THREADS: String(THREADS) });
  if (!peer) return null;
  const folder = mkdtempSync(path.join(tmpdir(), 'kindred-bench-'));
  const file = path.join(folder, 'texts.json');
  const testLabels = test.map(({ label }) => labels.indexOf(label));
  const testTexts = test.map(({ text }) => text);
  writeFileSync(file, JSON.stringify({ texts, labels: [...targets.indices], testTexts, testLabels }));
  void peer.ask({ do: 'load', file }).finally(() => rmSync(folder, { recursive: true }));
  return peer;
}

/** Of a whole version, with what it takes to abstain, explain and find near rows. */
async function sizeOfArtifact(engine: Engine, input: TextsInput): Promise<number> {
  const choice = parseChoice('linear', {}) as RecipeChoice;
  const { classifier, release } = await fitClassifier(choice, input, { engine, seed: 1, report });
  release();
  return writeArtifact({ classifier, labels: input.labels }).byteLength / 1e6;
}
