import '../../libs/client/index.js';
import '../../libs/features/a/index.js';
