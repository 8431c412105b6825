import { erasers } from '../../libs/models/erasers.js';
// The registries' lines for the toy family. The product's own are typed, and would not compile without theirs.
import { kinds } from '../../libs/models/kinds/kinds.js';
import { manifests } from '../../libs/models/manifests.js';
import { predictors } from '../../libs/models/predictors.js';
import { tasks } from '../../libs/models/tasks/tasks.js';
import { trainers } from '../../libs/models/trainers.js';
import { numbers } from './kind.js';
import { meanManifest } from './manifest.js';
import { loadMean } from './predictor.js';
import { guessing } from './task.js';
import { startMean } from './trainer.js';

Object.assign(kinds, { numbers });
Object.assign(tasks, { guessing });
Object.assign(manifests, { 'mean-of-numbers': meanManifest });
Object.assign(trainers, { 'mean-of-numbers': startMean });
Object.assign(predictors, { 'mean-of-numbers': loadMean });
Object.assign(erasers, { 'mean-of-numbers': () => null });
