import '../../features/a/index.js';
import '../../../prisma/seed/seed.js';
