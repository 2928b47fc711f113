"""For `spark-submit`, which takes a file."""

import sys

from wslog_spark.__main__ import main

sys.exit(main(sys.argv[1:]))
