"""Names of the documents that the error catalogue rests on, as its entries cite them."""

from typing import Final

GUIDE: Final = "OSS Errors and Troubleshooting, 2019 (source D)"
GUIDE_ZH: Final = "OSS common errors, 2022, in Chinese (source E)"
FAQ: Final = "OSS FAQ, Python SDK (source A)"
TABLE: Final = "OSS error catalogue"
EC_PAGES: Final = "OSS EC pages"
JS_LIST: Final = "ali-oss README, list of errors"
API: Final = "OSS API reference"
STS_API: Final = "STS API reference, AssumeRole"
