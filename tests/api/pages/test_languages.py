"""The translations of the pages, and which of the languages a visitor gets."""

import re
import subprocess

import pytest

from tests.harness.tree import SOURCE

TRANSLATIONS = SOURCE / 'lib/pages/translations'
CODES = sorted(path.stem for path in TRANSLATIONS.glob('*.po'))


def catalog_of(code):
    """The English texts and their translations."""
    text = (TRANSLATIONS / f'{code}.po').read_text()
    return {english.replace('\\"', '"'): translated.replace('\\"', '"') for english, translated
            in re.findall(r'^msgid "(.+)"\nmsgstr "(.*)"$', text, re.MULTILINE)}


def texts_of(page):
    return [text for element, _, text in page.parsed.texts if element != 'title']


def test_every_text_has_a_translation_in_each_language():
    done = subprocess.run([SOURCE / 'scripts/update-translations', '--check'], text=True,
                          stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
    assert (done.returncode, done.stdout) == (0, '')


def test_the_pages_and_the_mails_have_the_same_languages(member):
    mails = [path.parent.name for path in (SOURCE / 'lib/mail/templates').glob('*/units')]
    assert sorted([*CODES, 'en']) == sorted(mails)
    options = re.findall(r'<option value="([a-z]{2})"', member.open('/preferences').body)
    assert options == sorted(mails)


@pytest.mark.parametrize('code', CODES)
def test_a_translation_has_the_placeholders_of_its_text(code):
    catalog = catalog_of(code)
    assert len(catalog) > 300
    wrong = {english: translated for english, translated in catalog.items()
             if re.findall('%.|{[a-z]+}', english) != re.findall('%.|{[a-z]+}', translated)
             or english.count('%s') > 1}
    assert wrong == {}


@pytest.mark.parametrize('code', CODES)
def test_every_text_of_the_login_page_is_translated(make_visitor, code):
    english = make_visitor().open('/login')
    translated = make_visitor(headers={'Accept-Language': code}).open('/login')
    catalog = catalog_of(code)
    assert (english.language, translated.language) == ('en', code)
    assert translated.title == catalog['Log in'] != english.title
    assert texts_of(translated) == [catalog.get(text, text) for text in texts_of(english)]


@pytest.mark.parametrize(('header', 'code'), [
    (None, 'en'), ('', 'en'), ('de', 'de'), ('DE', 'de'), ('de-CH', 'de'), ('es-419', 'es'),
    ('zh-Hant-TW, fr-CA;q=0.3', 'fr'), ('no', 'nb'), ('nn-NO', 'nb'),
    # the greatest weight, then the first
    ('gl, it', 'gl'), ('en;q=0.5, fr;q=0.9', 'fr'), ('fr;q=0.5, nl;q=0.9, it;q=0.7', 'nl'),
    ('de; q=0.3 , pl; q=0.4', 'pl'), ('de;q=0.5, en', 'en'), ('ja, es;q=0.001', 'es'),
    ('fr;q=0, es;q=0.1', 'es'), ('de;q=0', 'en'),
    # no language of ours, or no language
    ('ja, zh-TW', 'en'), ('*', 'en'), ('deutsch', 'en'), (';;,q=,-,', 'en'),
    ('fr;q=2, it;q=0.1', 'it'), ('fr;q=nan', 'en'), ('ja,' * 500 + 'de', 'de')])
def test_without_a_login_the_browser_chooses_the_language(make_visitor, header, code):
    headers = {} if header is None else {'Accept-Language': header}
    assert make_visitor(headers=headers).open('/login').language == code


@pytest.mark.parametrize(('preference', 'header', 'code'), [
    ('pl', 'de', 'pl'), ('en', 'de', 'en'), (None, 'de', 'de'), ('xx', 'de', 'de'), (None, 'ja', 'en')])
def test_after_a_login_the_account_chooses_the_language(
        make_visitor, make_user, preference, header, code):
    visitor = make_visitor(headers={'Accept-Language': header})
    page = visitor.log_in(make_user(language=preference))
    assert page.language == code
    assert page.title == (catalog_of(code)['Overview'] if code in CODES else 'Overview')
    visitor.send('/logout')
    assert visitor.page.language == ('de' if header == 'de' else 'en')


def test_the_language_changes_with_the_preference(member):
    member.open('/preferences')
    page = member.send('/preferences', language='gl')
    assert (page.language, page.message) == ('gl', catalog_of('gl')['Saved.'])


DATES = {  # the first and the fifth of March 1990
    'en': ('1 March 1990', '5 March 1990'), 'de': ('1. März 1990', '5. März 1990'),
    'es': ('1 de marzo de 1990', '5 de marzo de 1990'), 'fr': ('1er mars 1990', '5 mars 1990'),
    'gl': ('1 de marzo de 1990', '5 de marzo de 1990'), 'it': ('1º marzo 1990', '5 marzo 1990'),
    'nb': ('1. mars 1990', '5. mars 1990'), 'nl': ('1 maart 1990', '5 maart 1990'),
    'pl': ('1 marca 1990', '5 marca 1990')}


@pytest.mark.parametrize('code', ['en', *CODES])
@pytest.mark.parametrize('day', [1, 5])
def test_a_date_in_words_has_the_form_of_the_language(visitor, make_user, code, day):
    account = make_user(language=code, date_format='date_string', birth_date=f'1990-03-0{day}')
    page = visitor.log_in(account)
    assert page.rows[catalog_of(code)['Birth date'] if code !=
                     'en' else 'Birth date'] == DATES[code][day == 5]


@pytest.mark.parametrize('code', CODES)
def test_sports_have_their_names_in_the_language(visitor, make_user, db, code):
    catalog = catalog_of(code)
    labels = [row['label']
              for row in db.rows('SELECT label FROM sports WHERE id <= 14 ORDER BY id')]
    visitor.log_in(make_user(language=code))
    page = visitor.open('/sports')
    assert {catalog[label] for label in labels} <= page.parsed.links.keys()
    assert visitor.open('/sports/4').title == catalog['Mountain Biking'] != 'Mountain Biking'


@pytest.mark.parametrize('name', ['Chess <b>', 'Queue'])  # the second is a text of the pages
def test_a_sport_of_this_site_alone_keeps_its_name(visitor, make_user, db, name):
    number = db.insert('sports', label=name, is_active=1, stopped_speed_threshold=1)
    try:
        visitor.log_in(make_user(language='de'))
        assert name in visitor.open('/sports').parsed.links
        assert visitor.open(f'/sports/{number}').title == name
    finally:
        db.run('DELETE FROM sports WHERE id = %s', number)
