"""How the site looks: its name, logo and color are settings."""

import re

import pytest


def contrast(one, other):
    """The contrast ratio of two colors (WCAG 2.2)."""
    def luminance(color):
        parts = [int(color[i:i + 2], 16) / 255 for i in (1, 3, 5)]
        linear = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055)**2.4
                  for part in parts]
        return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]
    light, dark = sorted((luminance(one), luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


@pytest.mark.parametrize('color', ['#000000', '#ffffff',
                         '#1b5e8c', '#ff8800', '#777777', '#00ff00'])
def test_the_text_on_the_color_of_the_site_can_be_read(programs, color):
    answer = programs.cgi('GET', '/account/style.css', settings={'SITE_COLOR': color})
    assert answer.headers['Content-Type'] == 'text/css; charset=utf-8'
    site, text = re.search(rb'--site:(#\w+);--on-site:(#\w+)', answer.body).groups()
    assert site.decode() == color
    assert contrast(site.decode(), text.decode()) >= 4.5


def test_name_and_logo_of_the_site_are_on_each_page(programs):
    answer = programs.cgi('GET', '/account/login',
                          settings={'SITE_NAME': 'Run & <Fun>', 'SITE_LOGO': '/logo.svg'})
    assert b'Run &amp; &lt;Fun&gt;' in answer.body
    assert b'src="/logo.svg"' in answer.body


def test_the_pages_can_be_at_another_path(programs):
    """The web server passes the path of every request below /account."""
    answer = programs.cgi('GET', '/account/login', settings={'PAGES_PATH': '/members/me'})
    assert b'action="/members/me/login"' in answer.body
    assert 'Path=/members/me/' in answer.headers['Set-Cookie']
    answer = programs.cgi('GET', '/account-confirmation', settings={'PAGES_PATH': '/members/me'},
                          parameters={'QUERY_STRING': 'token=abc'})
    assert answer.headers['Location'] == '/members/me/confirm?token=abc'


@pytest.mark.parametrize(('name', 'value'), [
    ('PAGES_PATH', 'account'), ('PAGES_PATH', '//evil.example'), ('PAGES_PATH', '/a b'),
    ('PAGES_PATH', '/a/../b'), ('SITE_COLOR', 'red'), ('SITE_COLOR', '#12345g'),
    ('SITE_LOGO', 'https://evil.example/x.png')])
def test_a_wrong_setting_is_refused(programs, name, value):
    answer = programs.cgi('GET', '/account/login', settings={name: value})
    assert answer.status == 500
    assert f'{name} is not ' in answer.stderr


def test_the_cookies_have_the_names_of_the_installation(programs):
    names = {programs.cgi('GET', '/account/login', settings={'APP_SECRET_KEY': key * 64, 'UI_URL': url})
             .headers['Set-Cookie'].partition('=')[0]
             for key in 'ab' for url in ('https://a.example', 'http://a.example')}
    assert len(names) == 4
    assert sorted(name.startswith('__Secure-') for name in names) == [False, False, True, True]
