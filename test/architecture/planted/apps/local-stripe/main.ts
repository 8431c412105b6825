import '../../libs/platform/clock/clock.js';
