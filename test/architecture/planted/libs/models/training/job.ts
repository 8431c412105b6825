import '../manifests.js';
import '../tasks/guessing/conformance.js';
import '../two/trainer.js';
