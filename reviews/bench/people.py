"""Who takes part: invented names and districts, the same for the same number."""

FIRST = (
    "Dana Renee Tom Mei-Lin Siobhan Lotte Gabriel Jürgen Harold Sofia Isaac Maria Ana Keoni Jesse Renata Omar Lin "
    "Yan Mia Walter Kay Priya Marcus Joan Teo Lucille Noor Gloria Amara Benedict Chidi Delphine Esteban Farah "
    "Grzegorz Hana Imani Joaquín Katarzyna Laszlo Marisol Nadia Oskar Paloma"
).split()
LAST = (
    "Okafor", "Baptiste", "Ferrante", "Castro", "O'Neil", "van der Berg", "García Márquez", "Nguyễn", "Müller", "Lund",
    "Bell", "Łukasiewicz", "Smith-Jones", "Kahale", "Ocampo", "Bellini", "Farouk", "Li", "Ng", "D'Angelo-St. James",
    "Brandt",
    "Raman", "Whitfield", "Bright", "Lindqvist", "Whitehorse", "Marchetti", "Adeyemi", "Haddad", "Abara", "Benoît",
    "Castellanos", "Delacroix", "Eriksen", "Fontaine", "Goldberg", "Hernández", "Ivanova", "Jankowski", "Kowalski",
    "Lefebvre", "Moreau", "Nakamura", "Ortega", "Petrov", "Quispe", "Rasmussen", "Sørensen", "Tanaka", "Underhill",
    "Vasquez", "Wojcik", "Ximénez", "Yilmaz", "Zimmermann", "Achebe", "Bergström", "Czerny",
)  # fmt: skip
ORGANIZATIONS = (
    "Cedar Ridge Schools", "Prairie Unified", "CESA 4", "Lakeview Area Schools", "Delta Parish", "Harbor City Schools",
    "Saguaro Valley Unified", "Windward District", "Island Schools", "Maple Grove Schools", "Twin Rivers Cooperative",
)  # fmt: skip
ZONES = ("America/New_York", "America/Chicago", "America/Denver", "America/Los_Angeles", "Pacific/Honolulu", "")


def name(number: int) -> tuple[str, str]:
    """First and last name; the lists have no divisor in common, so that all their pairs come before one comes again."""
    return FIRST[number % len(FIRST)], LAST[number % len(LAST)]


def organization(number: int) -> str:
    return ORGANIZATIONS[number % len(ORGANIZATIONS)]


def zone(number: int) -> str:
    return ZONES[number % len(ZONES)]
