import type { Flip } from '../flip.ts'

export const FLIPS: readonly Flip[] = [
  {
    check: 'only-root-has-uid-0',
    fail: { '/etc/passwd': 'root:x:0:0::/root:/bin/bash\ntoor:x:0:0::/root:/bin/bash\n' },
    pass: { '/etc/passwd': 'root:x:0:0::/root:/bin/bash\ntoor:x:1001:0::/root:/bin/bash\n' },
    reason: 'toor',
  },
  {
    check: 'user-ids-unique',
    fail: { '/etc/passwd': 'root:x:0:0::/root:/bin/bash\nal:x:1000:0::/:/bin/sh\nbo:x:1000:0::/:/bin/sh\n' },
    pass: { '/etc/passwd': 'root:x:0:0::/root:/bin/bash\nal:x:1000:0::/:/bin/sh\nbo:x:1001:0::/:/bin/sh\n' },
    reason: 'these accounts share the number: al,bo',
  },
]
