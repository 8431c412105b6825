import '../../features/a/index.js';
