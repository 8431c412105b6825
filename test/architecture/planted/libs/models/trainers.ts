import './two/trainer.js';
