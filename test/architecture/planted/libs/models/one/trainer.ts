import '../two/trainer.js';
import '../../platform/clock/clock.js';
