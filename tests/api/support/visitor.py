"""A person with a browser without JavaScript: keeps cookies, reads pages and sends their forms."""

import copy
import html.parser
from urllib.parse import urljoin

import requests

from tests.api.support.configuration import SETTINGS
from tests.api.support.transcript import shorten
from tests.harness.waiting import LIMIT


class Form:
    def __init__(self, attributes):
        self.action = attributes.get('action')
        self.method = attributes.get('method')
        self.encoding = attributes.get('enctype', 'application/x-www-form-urlencoded')
        self.values = {}
        self.controls = {}
        self.submit = ''


class Parser(html.parser.HTMLParser):
    """The texts and forms of a page. Wrong nesting is an error."""

    VOID = {'meta', 'link', 'input', 'img', 'br', 'hr'}

    def __init__(self):
        super().__init__()
        self.open = []
        self.forms = []
        self.links = {}  # text: address
        self.texts = []  # (names of the open elements, class, text)
        self.rows = []  # of the tables: the texts of their cells
        self.language = None
        self._select = None
        self._classes = []
        self._link = None

    def handle_starttag(self, tag, attributes):
        attributes = dict(attributes)
        if tag not in self.VOID:
            self.open.append(tag)
            self._classes.append(attributes.get('class', ''))
        if tag == 'html':
            self.language = attributes.get('lang')
        elif tag == 'form':
            self.forms.append(Form(attributes))
        elif tag == 'tr':
            self.rows.append([])
        elif tag in ('td', 'th'):
            self.rows[-1].append('')
        elif tag == 'a':
            self._link = attributes['href']
        elif tag in ('input', 'select', 'textarea'):
            self._control(tag, attributes)
        elif tag == 'option' and 'selected' in attributes:
            self.forms[-1].values[self._select] = attributes['value']

    def _control(self, tag, attributes):
        form = self.forms[-1]
        name = attributes['name']
        form.controls[name] = attributes
        self._select = name
        if attributes.get('type') == 'checkbox':
            if 'checked' in attributes:
                form.values[name] = attributes['value']
        elif attributes.get('type') != 'file':
            form.values[name] = attributes.get('value', '')

    def handle_endtag(self, tag):
        assert self.open and self.open[-1] == tag, f'</{tag}> does not match {self.open}'
        self.open.pop()
        self._classes.pop()

    def handle_data(self, data):
        if not self.open or not data.strip():
            return
        text = data.strip('\n')
        if 'tr' in self.open:
            self.rows[-1][-1] += text
        if self.open[-1] == 'textarea':
            self.forms[-1].values[self._select] = text
        elif self.open[-1] == 'button':
            self.forms[-1].submit = text.strip()
        elif self.open[-1] == 'a':
            self.links[text.strip()] = self._link
        self.texts.append((self.open[-1], self._classes[-1], text.strip()))


class Page:
    """An answer, and what a person sees of it."""

    def __init__(self, response):
        self.status = response.status_code
        self.headers = response.headers
        self.url = response.url
        self.body = response.text
        self.parsed = Parser()
        if response.headers.get('Content-Type', '').startswith('text/html'):
            self.parsed.feed(response.text)
            assert self.parsed.open == [], 'elements are not closed'

    def texts(self, element, css_class=None):
        return [text for name, of_class, text in self.parsed.texts
                if name == element and css_class in (None, of_class)]

    @property
    def title(self):
        titles = self.texts('h1')
        assert len(titles) == 1, titles
        return titles[0]

    @property
    def errors(self):
        return self.texts('p', 'error')

    @property
    def message(self):
        return ' '.join(self.texts('p', 'message'))

    @property
    def language(self):
        return self.parsed.language

    def form(self, action):
        found = [form for form in self.parsed.forms if form.action.endswith(action)]
        assert len(found) == 1, (action, [form.action for form in self.parsed.forms])
        return found[0]

    @property
    def rows(self):
        """The terms and values of a list."""
        return dict(zip(self.texts('dt'), self.texts('dd')))

    @property
    def table(self):
        """The rows of the page's table: {heading: text of the cell}."""
        return [dict(zip(self.parsed.rows[0], row)) for row in self.parsed.rows[1:]]


class Visitor:
    """`path` is that of the pages on the site."""

    def __init__(self, stack, transcript, path='/account', headers=None):
        self.stack = stack
        self.transcript = transcript
        self.path = path
        self.session = requests.Session()
        self.session.trust_env = False
        self.session.headers.update(headers or {})
        self.page = None
        self.secure = set()  # names of cookies that a browser sends over https alone

    def request(self, method, url, *, follow=True, **options):
        """An address on the site. Redirects are followed, as a browser does it."""
        url = url.removeprefix(SETTINGS['UI_URL'])
        url = url if '://' in url else self.stack.base_url + url
        response = self._exchange(method, url, **options)
        while follow and response.status_code == 303:
            response = self._exchange('GET', urljoin(url, response.headers['Location']))
        self.page = Page(response)
        return self.page

    def _exchange(self, method, url, **options):
        response = self.session.request(
            method, url, timeout=LIMIT, allow_redirects=False, **options)
        self.transcript.add(f'{method} {url} {shorten(str(options))}\n{response.status_code} '
                            f'{dict(response.headers)}\n{shorten(response.content)}')
        for cookie in self.session.cookies:
            # UI_URL is https, the web server of the tests is not
            assert cookie.secure or cookie.name in self.secure, cookie
            self.secure.add(cookie.name)
            cookie.secure = False
        return response

    def open(self, path, **options):
        """A page of the account, such as /login."""
        return self.request('GET', self.path + path, **options)

    def send(self, action, *, follow=True, files=None, **values):
        """Fill in and send a form of the present page; the value None leaves a control out."""
        form = self.page.form(action)
        unknown = values.keys() - form.controls.keys()
        assert not unknown, f'the form has no {unknown}'
        sent = {name: value for name, value in {**form.values, **values}.items()
                if value is not None}
        return self.request('POST', form.action, follow=follow, data=sent, files=files)

    def log_in(self, account, **values):
        self.open('/login')
        return self.send('/login', email=account.email, password=account.password, **values)

    def take(self, cookies):
        """Have copies of another visitor's cookies."""
        for cookie in cookies:
            self.session.cookies.set_cookie(copy.copy(cookie))
            self.secure.add(cookie.name)

    def cookie(self, *, gate=False):
        """The only cookie of the pages, or that of the gate."""
        found, = (cookie for cookie in self.session.cookies if cookie.name.endswith('_gate') == gate)
        return found

    @property
    def is_logged_in(self):
        page = self.open('/')
        return page.title == 'Overview'
