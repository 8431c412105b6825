import '../two/trainer.js';
