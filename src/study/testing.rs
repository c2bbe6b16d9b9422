//! What the tests of this room share.

/// Checks that two numbers are as close as the case demands.
#[track_caller]
pub(crate) fn close(found: f64, expected: f64, tolerance: f64) {
    let gap = (found - expected).abs();
    assert!(
        gap <= tolerance || gap.is_nan() && found.is_nan() && expected.is_nan(),
        "{found} is not {expected} within {tolerance}"
    );
}

/// Changes of the ten teams of case `did_10_teams`, the three of the pilot first.
pub(crate) const TEN_TEAMS: [f64; 10] = [
    9.1 - 14.2,
    12.8 - 18.5,
    10.2 - 11.9,
    15.1 - 16.3,
    13.9 - 13.1,
    18.2 - 20.4,
    14.1 - 15.0,
    12.9 - 12.7,
    15.8 - 17.6,
    14.0 - 14.8,
];

/// Acute coronary events in Sicily by month, 2002 to 2006, and the population they are of (Lopez Bernal, Cummins and
/// Gasparrini, International Journal of Epidemiology 2017;46:348); smoking was banned after month 36.
#[rustfmt::skip]
pub(crate) const SICILY_ACES: [f64; 59] = [
    728.0, 659.0, 791.0, 734.0, 757.0, 726.0, 760.0, 740.0, 720.0, 814.0, 795.0, 858.0,
    887.0, 766.0, 851.0, 769.0, 781.0, 756.0, 766.0, 752.0, 765.0, 831.0, 879.0, 928.0,
    914.0, 808.0, 937.0, 840.0, 916.0, 828.0, 845.0, 818.0, 860.0, 839.0, 887.0, 886.0,
    831.0, 796.0, 833.0, 820.0, 877.0, 758.0, 767.0, 738.0, 781.0, 843.0, 850.0, 908.0,
    1_021.0, 859.0, 976.0, 888.0, 962.0, 838.0, 810.0, 876.0, 843.0, 936.0, 912.0,
];

#[rustfmt::skip]
pub(crate) const SICILY_STDPOP: [f64; 59] = [
    379_875.3, 376_495.5, 377_040.8, 377_116.4, 377_383.4, 374_113.1, 379_513.3, 376_295.5,
    374_653.2, 378_485.6, 375_955.5, 378_349.7, 376_762.4, 379_032.3, 379_360.4, 376_162.0,
    377_972.4, 381_830.7, 379_888.6, 380_872.2, 380_966.9, 381_240.4, 382_104.9, 381_802.7,
    381_656.3, 383_680.0, 383_504.2, 386_462.9, 383_783.1, 380_836.8, 383_483.0, 380_906.2,
    382_926.8, 384_052.4, 384_449.6, 383_428.4, 388_153.2, 388_373.2, 386_470.1, 386_033.2,
    383_686.4, 385_509.3, 385_901.9, 386_516.6, 388_436.5, 383_255.2, 390_148.7, 385_874.9,
    391_613.6, 391_750.4, 394_005.6, 391_364.9, 391_664.6, 389_022.3, 391_878.5, 388_575.3,
    392_989.0, 390_018.8, 390_712.3,
];

/// Breaks of yarn on 54 looms (R's `warpbreaks`): wool A then B, in each tensions L, M and H nine times.
#[rustfmt::skip]
pub(crate) const WARPBREAKS: [f64; 54] = [
    26.0, 30.0, 54.0, 25.0, 70.0, 52.0, 51.0, 26.0, 67.0, 18.0, 21.0, 29.0, 17.0, 12.0, 18.0, 35.0, 30.0, 36.0,
    36.0, 21.0, 24.0, 18.0, 10.0, 43.0, 28.0, 15.0, 26.0, 27.0, 14.0, 29.0, 19.0, 29.0, 31.0, 41.0, 20.0, 44.0,
    42.0, 26.0, 19.0, 16.0, 39.0, 28.0, 21.0, 39.0, 29.0, 20.0, 21.0, 24.0, 17.0, 13.0, 15.0, 15.0, 16.0, 28.0,
];

/// Columns: one, wool B, tension M, tension H.
pub(crate) fn warpbreaks_design() -> Vec<Vec<f64>> {
    let mark = |is: bool| f64::from(u8::from(is));
    (0..54_usize).map(|at| vec![1.0, mark(at >= 27), mark(at / 9 % 3 == 1), mark(at / 9 % 3 == 2)]).collect()
}

use super::{Cause, Spell};

/// Makes spells of times and marks of the event.
pub(crate) fn spells(times: &[f64], ended: &[u8]) -> Vec<Spell> {
    let cause = |mark: &u8| if *mark == 1 { Cause::Done } else { Cause::Open };
    times.iter().zip(ended).map(|(time, mark)| Spell::new(*time, cause(mark))).collect()
}

/// The two groups of R's `aml`.
pub(crate) fn aml() -> (Vec<Spell>, Vec<Spell>) {
    (
        spells(&[9., 13., 13., 18., 23., 28., 31., 34., 45., 48., 161.], &[1, 1, 0, 1, 1, 0, 1, 1, 0, 1, 0]),
        spells(&[5., 5., 8., 8., 12., 16., 23., 27., 30., 33., 43., 45.], &[1, 1, 1, 1, 1, 0, 1, 1, 1, 1, 1, 1]),
    )
}
