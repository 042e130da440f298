"""A case on its way to workers."""

import pickle

from calibration.posterior.work import Sent
from tests.calibration.posterior.test_calibrate import calibration


def test_a_worker_has_one_object_for_all_that_it_is_sent(tmp_path):
    case = calibration(tmp_path).case
    sent = Sent(case)
    first, second = (pickle.loads(pickle.dumps((sent, n)))[0] for n in range(2))
    assert first.case is second.case
    assert first.case is not case
    assert first.case.days == case.days
    others = [pickle.loads(pickle.dumps(Sent(case))) for _ in range(3)]
    assert others[0].case is not first.case
    # Only the last few are kept.
    assert pickle.loads(pickle.dumps(sent)).case is not first.case
