"""What the header of every page needs: roles, navigation and whom to write to."""


def roles(request):
    return {}
