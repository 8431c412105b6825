import '../../libs/features/b/worker.js';
