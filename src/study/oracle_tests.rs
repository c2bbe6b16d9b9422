//! Every case of the shared reference that this room covers, against the public functions.
//!
//! The file lies beside the checkout, not in it: without it these tests say that they were skipped. The same cases
//! stand by hand beside each method, so that a plain clone tests the formulas too.

use super::testing::{close, spells};
use super::*;
use serde_json::Value;

/// The reference and one of its cases with its tolerance; none, told on stderr, where the file is absent.
pub(super) fn case(id: &str) -> Option<(Value, Value, f64)> {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../shared/stats_reference.json");
    let Ok(text) = std::fs::read_to_string(path) else {
        use std::io::Write;
        let told = writeln!(std::io::stderr(), "skipped: `{id}` of ../shared/stats_reference.json, which is absent");
        told.expect("stderr is open");
        return None;
    };
    let reference: Value = serde_json::from_str(&text).expect("the reference is JSON");
    let found = reference["cases"].as_array()?.iter().find(|case| case["id"] == id).cloned();
    let case = found.unwrap_or_else(|| panic!("the reference has no case `{id}`"));
    let tolerance = case["tol"].as_f64().expect("a tolerance");
    Some((reference, case, tolerance))
}

pub(super) fn number(value: &Value) -> f64 {
    value.as_f64().unwrap_or_else(|| panic!("{value} is no number"))
}

pub(super) fn whole_number(value: &Value) -> u64 {
    value.as_u64().unwrap_or_else(|| panic!("{value} is no whole number"))
}

pub(super) fn numbers(value: &Value) -> Vec<f64> {
    value.as_array().unwrap_or_else(|| panic!("{value} is no list")).iter().map(number).collect()
}

pub(super) fn marks(value: &Value) -> Vec<u8> {
    numbers(value).iter().map(|mark| u8::from(*mark > 0.5)).collect()
}

fn limit(value: &Value) -> Option<f64> {
    value.as_f64()
}

#[track_caller]
pub(super) fn all_close(found: &[f64], expected: &Value, tolerance: f64) {
    let expected = numbers(expected);
    assert_eq!(found.len(), expected.len());
    for (found, expected) in found.iter().zip(expected) {
        close(*found, expected, tolerance);
    }
}

#[track_caller]
pub(super) fn interval_close(found: Interval, expected: &Value, tolerance: f64) {
    close(found.lower, number(&expected[0]), tolerance);
    close(found.upper, number(&expected[1]), tolerance);
}

fn lung(reference: &Value) -> Vec<Spell> {
    let lung = &reference["datasets"]["lung"];
    spells(&numbers(&lung["time"]), &marks(&lung["status"]))
}

fn lung_by_sex(reference: &Value) -> (Vec<Spell>, Vec<Spell>) {
    let sex = numbers(&reference["datasets"]["lung"]["sex"]);
    let (male, female): (Vec<_>, Vec<_>) = lung(reference).into_iter().zip(sex).partition(|(_, sex)| *sex < 1.5);
    let only = |rows: Vec<(Spell, f64)>| rows.into_iter().map(|(spell, _)| spell).collect();
    (only(male), only(female))
}

#[test]
fn km_hand() {
    let Some((_, case, tol)) = case("km_hand") else { return };
    let rows = spells(&numbers(&case["data"]["time"]), &marks(&case["data"]["status"]));
    let curve = kaplan_meier(&rows).expect("spells");
    let column = |of: fn(&Step) -> f64| curve.steps.iter().map(of).collect::<Vec<f64>>();
    all_close(&column(|step| step.time), &case["expected"]["times"], tol);
    all_close(&column(|step| real(step.at_risk)), &case["expected"]["n_risk"], tol);
    all_close(&column(|step| step.survival), &case["expected"]["surv_f"], tol);
    all_close(&column(|step| step.hazard), &case["expected"]["nelson_aalen"], tol);
}

#[test]
fn km_lung_median() {
    let Some((reference, case, tol)) = case("km_lung_median") else { return };
    let curve = kaplan_meier(&lung(&reference)).expect("spells");
    let expected = &case["expected"];
    assert_eq!(
        (curve.spells as u64, curve.events as u64),
        (whole_number(&expected["n"]), whole_number(&expected["events"]))
    );
    close(curve.quantile(0.5).expect("reached"), number(&expected["median"]), tol);
    for (name, transform) in
        [("ci_log", Transform::Log), ("ci_loglog", Transform::LogLog), ("ci_plain", Transform::Plain)]
    {
        let (lower, upper) = curve.quantile_limits(0.5, 0.95, transform);
        assert_eq!((lower, upper), (limit(&expected[name][0]), limit(&expected[name][1])), "{name}");
    }
}

#[test]
fn km_lung_s365() {
    let Some((reference, case, tol)) = case("km_lung_S365") else { return };
    let curve = kaplan_meier(&lung(&reference)).expect("spells");
    close(curve.survival_at(365.0), number(&case["expected"]["surv"]), tol);
    let step = curve.step_at(365.0).expect("events before");
    close(step.standard_error().expect("not zero"), number(&case["expected"]["se_greenwood"]), tol);
}

#[test]
fn logrank_lung() {
    let Some((reference, case, tol)) = case("logrank_lung") else { return };
    let (male, female) = lung_by_sex(&reference);
    let expected = &case["expected"];
    let test = log_rank(&male, &female, Weight::LogRank).expect("two groups");
    close(test.chi_square, number(&expected["chi2"]), tol);
    close(test.p, number(&expected["p"]), tol);
    all_close(&test.observed, &expected["observed"], tol);
    all_close(&test.expected, &expected["expected"], tol);
    for (name, weight) in
        [("fh_rho1", Weight::FlemingHarrington), ("gehan", Weight::Gehan), ("tarone_ware", Weight::TaroneWare)]
    {
        let test = log_rank(&male, &female, weight).expect("two groups");
        all_close(&[test.chi_square, test.p], &expected[name], tol);
    }
}

#[test]
fn rmst_lung() {
    let Some((reference, case, tol)) = case("rmst_lung") else { return };
    let (male, female) = lung_by_sex(&reference);
    for tau in [365.0, 730.0] {
        let expected = &case["expected"][format!("{tau}")];
        let of = |rows| restricted_mean(&kaplan_meier(rows).expect("spells"), tau).expect("observed");
        let (male, female) = (of(&male), of(&female));
        all_close(&[male.mean, male.standard_error], &expected["male"], tol);
        all_close(&[female.mean, female.standard_error], &expected["female"], tol);
        let found = restricted_mean_difference(&male, &female, 0.95);
        close(found.difference, number(&expected["diff"]), tol);
        close(found.standard_error, number(&expected["se"]), tol);
        close(found.p, number(&expected["p"]), tol);
        interval_close(found.interval, &expected["ci"], tol);
        assert!(found.enough_events);
    }
}

#[test]
fn pseudo_rmst() {
    let Some((reference, case, tol)) = case("pseudo_rmst") else { return };
    let rows = lung(&reference);
    let tau = number(&case["data"]["tau"]);
    let values = pseudo_observations(&rows, tau).expect("observed");
    close(values.iter().sum::<f64>() / real(values.len()), number(&case["expected"]["mean_pseudo"]), tol);
    let whole = restricted_mean(&kaplan_meier(&rows).expect("spells"), tau).expect("observed");
    close(whole.mean, number(&case["expected"]["full_rmst"]), tol);
    // Least squares on 1, ph_ecog and sex, by the normal equations: checks every value, not only their mean.
    let data = &reference["datasets"]["lung"];
    let ecog: Vec<Option<f64>> = data["ph_ecog"].as_array().expect("a list").iter().map(Value::as_f64).collect();
    let sex = numbers(&data["sex"]);
    let mut normal = [[0.0; 4]; 3];
    for ((value, ecog), sex) in values.iter().zip(ecog).zip(sex) {
        let Some(ecog) = ecog else { continue };
        let row = [1.0, ecog, sex, *value];
        for (i, line) in normal.iter_mut().enumerate() {
            for (j, cell) in line.iter_mut().enumerate() {
                *cell += row[i] * row[j];
            }
        }
    }
    all_close(&solve(normal), &case["expected"]["ols_coef_1_ecog_sex"], tol);
}

/// Gauss-Jordan elimination of three equations.
fn solve(mut rows: [[f64; 4]; 3]) -> [f64; 3] {
    for pivot in 0..3 {
        let own = rows[pivot];
        for (at, row) in rows.iter_mut().enumerate() {
            let factor = if at == pivot { 0.0 } else { row[pivot] / own[pivot] };
            for (cell, own) in row.iter_mut().zip(own) {
                *cell -= factor * own;
            }
        }
    }
    [0, 1, 2].map(|at| rows[at][3] / rows[at][at])
}

#[test]
fn km_cluster_jackknife() {
    let Some((reference, case, tol)) = case("km_cluster_jackknife") else { return };
    let clusters = reference["datasets"]["lung"]["inst"].as_array().expect("a list");
    let rows: Vec<(String, Spell)> = clusters.iter().map(Value::to_string).zip(lung(&reference)).collect();
    let expected = &case["expected"];
    let found = restricted_mean_over_teams(&rows, number(&case["data"]["tau"]), 0.95).expect("teams");
    close(found.estimate, number(&expected["rmst"]), tol);
    close(found.standard_error, number(&expected["se_cluster_jackknife"]), tol);
    assert_eq!(found.clusters as u64, whole_number(&expected["clusters"]));
    let curve = kaplan_meier(&lung(&reference)).expect("spells");
    let greenwood = restricted_mean(&curve, number(&case["data"]["tau"])).expect("observed").standard_error;
    close(greenwood, number(&expected["se_greenwood"]), tol);
}

#[test]
fn aml() {
    let Some((_, case, tol)) = case("aml") else { return };
    let groups = case["data"]["group"].as_array().expect("a list");
    let rows = spells(&numbers(&case["data"]["time"]), &marks(&case["data"]["status"]));
    let of =
        |name| rows.iter().zip(groups).filter(|(_, group)| *group == name).map(|(row, _)| *row).collect::<Vec<_>>();
    let (m, n) = (of("M"), of("N"));
    let expected = &case["expected"];
    let test = log_rank(&m, &n, Weight::LogRank).expect("two groups");
    close(test.chi_square, number(&expected["logrank_chi2"]), tol);
    close(test.p, number(&expected["p"]), tol);
    let test = log_rank(&m, &n, Weight::FlemingHarrington).expect("two groups");
    close(test.chi_square, number(&expected["fh1_chi2"]), tol);
    close(test.p, number(&expected["fh1_p"]), tol);
    for (name, rows) in [("M", &m), ("N", &n)] {
        let curve = kaplan_meier(rows).expect("spells");
        close(curve.quantile(0.5).expect("reached"), number(&expected[format!("median_{name}")]), tol);
        for (ci, transform) in [("ci_log", Transform::Log), ("ci_loglog", Transform::LogLog)] {
            let expected = &expected[format!("{ci}_{name}")];
            assert_eq!(
                curve.quantile_limits(0.5, 0.95, transform),
                (limit(&expected[0]), limit(&expected[1])),
                "{ci} {name}"
            );
        }
        let mean = restricted_mean(&curve, 45.0).expect("observed");
        all_close(&[mean.mean, mean.standard_error], &expected[format!("rmst45_{name}")], tol);
    }
    let curve = kaplan_meier(&m).expect("spells");
    let column = |of: fn(&Step) -> f64| curve.steps.iter().map(of).collect::<Vec<f64>>();
    all_close(&column(|step| step.time), &expected["km_M"]["t"], tol);
    all_close(&column(|step| step.survival), &expected["km_M"]["S"], tol);
    all_close(&column(|step| step.standard_error().expect("not zero")), &expected["km_M"]["se"], tol);
}

#[test]
fn left_truncation() {
    let Some((_, case, tol)) = case("left_truncation") else { return };
    let mut rows = spells(&numbers(&case["data"]["time"]), &marks(&case["data"]["status"]));
    for (row, entry) in rows.iter_mut().zip(numbers(&case["data"]["entry"])) {
        row.entry = entry;
    }
    let curve = kaplan_meier(&rows).expect("spells");
    let column = |of: fn(&Step) -> f64| curve.steps.iter().map(of).collect::<Vec<f64>>();
    let expected = &case["expected"];
    all_close(&column(|step| step.time), &expected["t"], tol);
    all_close(&column(|step| real(step.at_risk)), &expected["n_risk"], tol);
    all_close(&column(|step| step.survival), &expected["S"], tol);
    all_close(&column(|step| step.greenwood), &expected["greenwood_sum"], tol);
    close(curve.quantile(0.5).expect("reached"), number(&expected["median_R_rule"]), tol);
}

#[test]
fn aj_toy() {
    let Some((_, case, tol)) = case("aj_toy") else { return };
    let ending = |code: &f64| match *code {
        code if code < 0.5 => Cause::Open,
        code if code < 1.5 => Cause::Done,
        _ => Cause::Abandoned,
    };
    let causes = numbers(&case["data"]["cause"]);
    let rows: Vec<Spell> = numbers(&case["data"]["time"])
        .iter()
        .zip(&causes)
        .map(|(time, code)| Spell::new(*time, ending(code)))
        .collect();
    let steps = incidences(&rows).expect("spells");
    let column = |of: fn(&IncidenceStep) -> f64| steps.iter().map(of).collect::<Vec<f64>>();
    let expected = &case["expected"];
    all_close(&column(|step| step.time), &expected["t"], tol);
    all_close(&column(|step| step.done), &expected["F1"], tol);
    all_close(&column(|step| step.abandoned), &expected["F2"], tol);
    all_close(&column(|step| step.open), &expected["S"], tol);
    let end = steps.last().expect("steps");
    close(end.done_error, number(&expected["se_F1_end"]), tol);
    close(end.abandoned_error, number(&expected["se_F2_end"]), tol);
    let censored = kaplan_meier(&rows).expect("spells");
    close(1.0 - censored.survival_at(21.0), number(&expected["naive_1_minus_KM_cause1"]), tol);
    close(censored.quantile(0.5).expect("reached"), number(&expected["km_median_censoring_abandoned"]), tol);
}

#[test]
fn poisson_ratios() {
    for id in ["poisson_ratio_exact", "poisson_ratio_p_ci_clash"] {
        let Some((_, case, tol)) = case(id) else { return };
        let (x, t) = (&case["data"]["x"], &case["data"]["T"]);
        let side = |at: usize| (whole_number(&x[at]), number(&t[at]));
        let found = exact_rate_ratio(side(0), side(1), 0.95).expect("counts");
        let expected = &case["expected"];
        close(found.ratio, number(&expected["rr"]), tol);
        close(found.p_central, number(&expected["p_central"]), tol);
        close(found.p_minimum_likelihood, number(&expected["p_minlik"]), tol);
        interval_close(found.interval, &expected["ci_exact"], tol);
        if !expected["ci_midp"].is_null() {
            interval_close(found.mid_p_interval, &expected["ci_midp"], tol);
        }
    }
}

#[test]
fn wilson_cases() {
    for id in ["wilson_81_263", "wilson_15_148", "wilson_0_20"] {
        let Some((_, case, tol)) = case(id) else { return };
        let data = &case["data"];
        let found = wilson(whole_number(&data["x"]), whole_number(&data["n"]), 0.95).expect("observed");
        interval_close(found, &case["expected"]["ci"], tol);
    }
}

#[test]
fn newcombe_cases() {
    let ids = ["56_70_48_80", "9_10_3_10", "5_56_0_29", "0_10_0_20", "0_10_0_10", "10_10_0_20"];
    for id in ids {
        let Some((_, case, tol)) = case(&format!("newcombe_{id}")) else { return };
        let of = |count: &str, total: &str| (whole_number(&case["data"][count]), whole_number(&case["data"][total]));
        let found = newcombe(of("x1", "n1"), of("x2", "n2"), 0.95).expect("observed");
        close(found.difference, number(&case["expected"]["diff"]), tol);
        interval_close(found.interval, &case["expected"]["ci"], tol);
    }
}

#[test]
fn newcombe_paired() {
    let Some((_, case, tol)) = case("newcombe_paired_1") else { return };
    let of = |name: &str| whole_number(&case["data"][name]);
    let cohort = Paired { kept: of("a"), gained: of("b"), lost: of("c"), never: of("d") };
    let found = paired_change(cohort, 0.95).expect("a cohort");
    close(found.difference, number(&case["expected"]["diff"]), tol);
    close(found.p, number(&case["expected"]["mcnemar_exact_p"]), tol);
    interval_close(found.interval, &case["expected"]["ci"], tol);
}

#[test]
fn did_10_teams() {
    let Some((_, case, tol)) = case("did_10_teams") else { return };
    let (pre, post) = (numbers(&case["data"]["pre"]), numbers(&case["data"]["post"]));
    let changes: Vec<f64> = pre.iter().zip(post).map(|(pre, post)| post - pre).collect();
    let treated: Vec<bool> = marks(&case["data"]["treated"]).iter().map(|mark| *mark == 1).collect();
    let of =
        |arm| changes.iter().zip(&treated).filter(|(_, is)| **is == arm).map(|(change, _)| *change).collect::<Vec<_>>();
    let (pilot, comparison) = (of(true), of(false));
    let expected = &case["expected"];
    for (name, test) in [("pooled_t", pooled_t(&pilot, &comparison, 0.95)), ("welch", welch(&pilot, &comparison, 0.95))]
    {
        let (test, expected) = (test.expect("varies"), &expected[name]);
        close(test.t, number(&expected["t"]), tol);
        close(test.df, number(&expected["df"]), tol);
        close(test.p, number(&expected["p"]), tol);
        interval_close(test.interval, &expected["ci"], tol);
    }
    for (name, statistic) in [("ri_diff", Statistic::Difference), ("ri_welch_t", Statistic::Studentised)] {
        let found = permutation_with(statistic, &changes, &treated, 0.05, 1).expect("two arms");
        let expected_counts = &expected[name];
        close(found.estimate, number(&expected["estimate"]), tol);
        close(found.p, number(&expected_counts["p"]), tol);
        assert_eq!(found.extreme, whole_number(&expected_counts["count"]));
        assert_eq!(found.total, whole_number(&expected_counts["total"]));
        if statistic == Statistic::Difference {
            // A grid of 0.01 stops up to one step short of the exact limits.
            interval_close(found.interval.expect("below alpha"), &expected["ri_ci_grid001"], 0.01);
        }
    }
}

#[test]
fn ri_min_p() {
    let Some((_, case, tol)) = case("ri_min_p") else { return };
    let expected = case["expected"].as_object().expect("an object");
    for (teams, p) in expected {
        let two_sided = &case["expected_two_sided"][teams];
        let p = number(if two_sided.is_null() { p } else { two_sided });
        let (n, k) = teams.split_once(',').expect("two numbers");
        close(floor_p(n.parse().expect("a number"), k.parse().expect("a number")), p, tol);
    }
}

#[test]
fn special_functions_and_design_effect() {
    let Some((_, case, tol)) = case("special_functions") else { return };
    let expected = &case["expected"];
    close(normal_quantile(0.975), number(&expected["norm_ppf_975"]), tol);
    close(student_quantile(0.975, 9.0), number(&expected["t_ppf_975_9"]), tol);
    close(student_quantile(0.975, 2.422_503_251_316_955), number(&expected["t_ppf_975_df2_4225"]), tol);
    close(chi_square_sf(122.249, 1.0), number(&expected["chi2_sf_122_249"]), tol);
    close(beta_quantile(0.025, 11.0, 22.0), number(&expected["beta_ppf_025_11_22"]), tol);
    close(binomial_cdf(86, 236, 0.5), number(&expected["binom_cdf_86_236"]), tol);
    let Some((_, power, tol)) = self::case("power") else { return };
    close(design_effect_of(25.0, 0.05), number(&power["expected"]["deff_m25_icc05"]), tol);
    close(500.0 / design_effect_of(25.0, 0.05), number(&power["expected"]["neff_500"]), tol);
}
