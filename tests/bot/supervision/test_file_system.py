from pathlib import Path

import pytest

from bot.supervision.file_system import file_system_of

MOUNTS = """\
27 1 254:0 / / rw,relatime - ext4 /dev/vda rw
30 27 0:25 / /srv rw,relatime shared:1 - nfs4 server:/srv rw
31 27 8:1 / /srv/local\\040disk rw,relatime - xfs /dev/sdb rw
32 27 0:26 / /mnt rw - tmpfs none rw
33 27 0:27 / /mnt rw - btrfs /dev/sdc rw
"""


@pytest.mark.parametrize(
    ("path", "system"),
    [
        ("/var/lib/nija", "ext4"),
        ("/srv/nija/nija.db", "nfs4"),
        ("/srv/local disk/nija.db", "xfs"),
        ("/srvs/nija.db", "ext4"),
        ("/mnt/nija.db", "btrfs"),
    ],
)
def test_the_deepest_mount_that_was_made_last_is_where_a_path_lies(path, system):
    assert file_system_of(Path(path), mounts=MOUNTS) == system


def test_where_nothing_says_so_it_is_unknown():
    assert file_system_of(Path("/a"), mounts="") == ""
