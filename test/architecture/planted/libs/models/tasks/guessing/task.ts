import '../../two/trainer.js';
