"""The kinds of stack, by the name that FITGATE_WEB gives them."""

from tests.harness.apache import ApacheCgi, ApacheCgid, ApacheFcgid
from tests.harness.lighttpd import LighttpdStack
from tests.harness.stack import Stack

STACKS = {'nginx': Stack, 'apache-cgi': ApacheCgi, 'apache-cgid': ApacheCgid,
          'apache-fcgid': ApacheFcgid, 'lighttpd': LighttpdStack}
