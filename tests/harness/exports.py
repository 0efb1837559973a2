"""The endpoints of a user's data archive."""

STATUS = '/api/auth/account/export'
REQUEST = '/api/auth/account/export/request'
NO_ARCHIVE = (404, {'status': 'not found', 'message': 'file not found', 'data': {'archive': []}})


def file_path(name):
    return f'{STATUS}/{name}'
