//! Cases of the shared reference about series, panels, ranks, families of tests, surveys and money.

use super::oracle_tests::{all_close, case, interval_close, marks, number, numbers, whole_number};
use super::testing::close;
use super::*;
use serde_json::Value;

fn mark(is: bool) -> f64 {
    f64::from(u8::from(is))
}

#[test]
fn glm_warpbreaks() {
    let Some((_, case, tol)) = case("glm_warpbreaks") else { return };
    let (breaks, expected) = (numbers(&case["data"]["breaks"]), &case["expected"]);
    let design: Vec<Vec<f64>> =
        (0..breaks.len()).map(|at| vec![1.0, mark(at >= 27), mark(at / 9 % 3 == 1), mark(at / 9 % 3 == 2)]).collect();
    let exposure = vec![1.0; breaks.len()];
    let fit = count_regression(&design, &breaks, &exposure).expect("looms");
    all_close(&fit.coefficients, &expected["poisson"]["coef"], tol);
    all_close(&fit.poisson_errors, &expected["poisson"]["se"], tol);
    close(fit.deviance, number(&expected["poisson"]["deviance"]), tol);
    close(fit.pearson, number(&expected["poisson"]["pearson"]), tol);
    assert_eq!(fit.df as u64, whole_number(&expected["poisson"]["df"]));
    let quasi = &expected["quasi"];
    close(fit.dispersion(), number(&quasi["dispersion"]), tol);
    all_close(&(0..4).map(|at| fit.standard_error(at)).collect::<Vec<f64>>(), &quasi["se"], tol);
    all_close(&(0..4).map(|at| fit.p(at)).collect::<Vec<f64>>(), &quasi["p_t"], tol);
    let fit = negative_binomial(&design, &breaks, &exposure).expect("looms");
    let expected = &expected["nb2"];
    all_close(&fit.coefficients, &expected["coef"], tol);
    all_close(&fit.standard_errors, &expected["se"], tol);
    close(fit.alpha, number(&expected["alpha"]), tol);
    close(1.0 / fit.alpha, number(&expected["theta"]), 100.0 * tol);
    close(fit.log_likelihood, number(&expected["loglik"]), tol);
}

/// Columns of a month: one, time, step, slope where asked for, harmonics.
fn month(at: usize, slope: bool, pairs: &[f64]) -> Vec<f64> {
    let step = mark(at >= 36);
    let mut row = vec![1.0, real(at + 1), step];
    if slope {
        row.push(step * (real(at + 1) - 36.0));
    }
    for pair in pairs {
        let angle = std::f64::consts::TAU * pair * real(at % 12 + 1) / 12.0;
        row.extend([angle.sin(), angle.cos()]);
    }
    row
}

#[track_caller]
fn ratio_close((ratio, interval): (f64, Interval), expected: &Value, tol: f64) {
    all_close(&[ratio, interval.lower, interval.upper], expected, tol);
}

#[test]
fn its_sicily() {
    let Some((_, case, tol)) = case("its_sicily") else { return };
    let (aces, people) = (numbers(&case["data"]["aces"]), numbers(&case["data"]["stdpop"]));
    let expected = &case["expected"];
    let fit = |row: &dyn Fn(usize) -> Vec<f64>| {
        count_regression(&(0..aces.len()).map(row).collect::<Vec<_>>(), &aces, &people).expect("months")
    };
    let naive = fit(&|at| vec![1.0, mark(at >= 36)]);
    ratio_close(
        naive.ratio_of_large_samples(1, naive.poisson_errors[1], 0.95),
        &expected["naive_before_after_rr"],
        tol,
    );
    let trend = fit(&|at| month(at, false, &[]));
    let poisson = &expected["poisson_step_trend"];
    close(trend.coefficients[2], number(&poisson["b"]), tol);
    close(trend.poisson_errors[2], number(&poisson["se"]), tol);
    ratio_close(trend.ratio_of_large_samples(2, trend.poisson_errors[2], 0.95), &poisson["rr"], tol);
    let quasi = &expected["quasi_step_trend"];
    close(trend.dispersion(), number(&quasi["dispersion"]), tol);
    close(trend.standard_error(2), number(&quasi["se"]), tol);
    ratio_close(trend.ratio_of_large_samples(2, trend.standard_error(2), 0.95), &quasi["rr"], tol);
    let seasons = fit(&|at| month(at, false, &[1.0, 2.0]));
    let harmonic = &expected["quasi_harmonic2"];
    close(seasons.coefficients[2], number(&harmonic["b"]), tol);
    close(seasons.standard_error(2), number(&harmonic["se"]), tol);
    close(seasons.dispersion(), number(&harmonic["dispersion"]), tol);
    ratio_close(seasons.ratio_of_large_samples(2, seasons.standard_error(2), 0.95), &harmonic["rr"], tol);
    let both = fit(&|at| month(at, true, &[1.0, 2.0]));
    let level = both.ratio_of_large_samples(2, both.standard_error(2), 0.95);
    ratio_close(level, &expected["level_and_slope"]["level_rr"], tol);
    let slope = both.ratio_of_large_samples(3, both.standard_error(3), 0.95);
    ratio_close(slope, &expected["level_and_slope"]["slope_rr"], tol);
    // What reports read says the same, with limits by t.
    let reading = Reading { start: 36, washout: 0, slope: false, year: Some(12), first: 1 };
    let found = interrupted(&aces, &people, reading, 0.95).expect("months");
    close(found.level.ratio, number(&harmonic["rr"][0]), tol);
    assert!(found.level.interval.lower < number(&harmonic["rr"][1]));
}

#[test]
fn its_sicily_ols() {
    let Some((_, series, _)) = case("its_sicily") else { return };
    let Some((_, case, tol)) = case("its_sicily_ols") else { return };
    let (aces, people) = (numbers(&series["data"]["aces"]), numbers(&series["data"]["stdpop"]));
    let rates: Vec<f64> = aces.iter().zip(&people).map(|(count, people)| count / people * 1e5).collect();
    let expected = &case["expected"];
    let design: Vec<Vec<f64>> = (0..rates.len()).map(|at| month(at, true, &[])).collect();
    let fit = least_squares(&design, &rates).expect("months");
    all_close(&fit.coefficients, &expected["coef"], tol);
    all_close(&newey_west(&design, &fit, 3, false).expect("a lag"), &expected["nw3_se"], tol);
    all_close(&newey_west(&design, &fit, 3, true).expect("a lag"), &expected["nw3_se_smallsample"], tol);
    close(durbin_watson(&fit.residuals).expect("residuals"), number(&expected["durbin_watson"]), tol);
    let found = prais_winsten(&design, &rates).expect("it settles");
    let prais = &expected["prais_winsten"];
    close(found.rho, number(&prais["rho"]), tol);
    all_close(&found.fit.coefficients, &prais["coef"], tol);
    all_close(&found.fit.standard_errors, &prais["se"], tol);
    let seasons: Vec<Vec<f64>> = (0..rates.len()).map(|at| month(at, true, &[1.0, 2.0])).collect();
    let fit = least_squares(&seasons, &rates).expect("months");
    let expected = &expected["with_2_harmonics"];
    close(fit.coefficients[2], number(&expected["step"]), tol);
    close(fit.standard_errors[2], number(&expected["ols_se"]), tol);
    for (lag, error) in expected["nw_se"].as_object().expect("lags") {
        let lag = lag.parse().expect("a lag");
        close(newey_west(&seasons, &fit, lag, false).expect("a lag")[2], number(error), tol);
    }
}

#[test]
fn did_10_teams_by_clusters() {
    let Some((_, case, tol)) = case("did_10_teams") else { return };
    let (pre, post) = (numbers(&case["data"]["pre"]), numbers(&case["data"]["post"]));
    let changes: Vec<f64> = pre.iter().zip(post).map(|(pre, post)| post - pre).collect();
    let treated: Vec<bool> = marks(&case["data"]["treated"]).iter().map(|mark| *mark == 1).collect();
    let expected = &case["expected"];
    let found = cluster_robust(&changes, &treated, 0.95).expect("two arms");
    close(found.cr0, number(&expected["cr0_se"]), tol);
    close(found.cr1, number(&expected["cr1_se_statsmodels"]), tol);
    close(found.p, number(&expected["cr1_p_t_G_minus_1"]), tol);
    // The reference prints these limits with eight digits.
    interval_close(found.interval, &expected["cr1_ci"], 1e-8);
    let found = wild_bootstrap_of_few(&changes, &treated, 0.05, 1).expect("two arms");
    let signs = &expected["wcr_rademacher_full_enum"];
    assert_eq!((found.extreme, found.total), (whole_number(&signs["count"]), whole_number(&signs["total"])));
    close(found.p, number(&signs["p"]), tol);
}

#[test]
fn callaway_santanna_mpdta() {
    let Some((_, case, tol)) = case("callaway_santanna_mpdta") else { return };
    let (data, expected) = (&case["data"], &case["expected"]);
    let years = numbers(&data["years"]);
    let place = |year: f64| years.iter().position(|known| (known - year).abs() < 0.5);
    let group = |(name, teams): (&String, &Value)| Group {
        start: place(name.parse().expect("a year")),
        teams: usize::try_from(whole_number(teams)).expect("a number of teams"),
        means: numbers(&data["cell_means"][name]),
    };
    let groups: Vec<Group> = data["n"].as_object().expect("groups").iter().map(group).collect();
    let effects = group_time_effects(&groups, Control::NeverStarted).expect("a comparison");
    let cells = expected["att"].as_object().expect("cells");
    assert_eq!(effects.len(), cells.len());
    for effect in &effects {
        let key = format!("{:.0},{:.0}", years[effect.start], years[effect.period]);
        close(effect.effect, number(&cells[&key]), tol);
    }
    let found = averages(&effects).expect("effects");
    close(found.simple, number(&expected["simple"]), tol);
    close(found.over_groups, number(&expected["group_overall"]), tol);
    for (age, effect) in &found.by_age {
        close(*effect, number(&expected["dynamic"][age.to_string()]), tol);
    }
    assert!(two_way_fixed_effects(&groups).is_err(), "starts differ");
}

#[test]
fn hl_two_sample() {
    let Some((_, case, tol)) = case("hl_two_sample") else { return };
    let (x, y, expected) = (numbers(&case["data"]["x"]), numbers(&case["data"]["y"]), &case["expected"]);
    let test = mann_whitney(&x, &y).expect("values");
    close(test.u, number(&expected["U"]), tol);
    close(test.p_greater, number(&expected["p_greater"]), tol);
    close(test.p, number(&expected["p_two"]), tol);
    close(test.superiority, number(&expected["p_superiority"]), tol);
    let shift = hodges_lehmann(&x, &y, 0.95).expect("values");
    close(shift.estimate, number(&expected["hl"]), tol);
    interval_close(shift.interval, &expected["ci"], tol);
    close(shift.achieved, number(&expected["achieved"]), tol);
    let delta = cliffs_delta(&x, &y, 0.95).expect("values");
    close(delta.delta, number(&expected["cliff_delta"]), tol);
    close(delta.variance, number(&expected["cliff_var"]), tol);
    interval_close(delta.interval, &expected["cliff_ci_feng"], tol);
}

#[test]
fn p_adjust() {
    let Some((_, case, tol)) = case("p_adjust") else { return };
    let (p, expected) = (numbers(&case["data"]["p"]), &case["expected"]);
    for (adjust, name) in [(holm as fn(&[f64]) -> Result<Vec<f64>, Refusal>, "holm"), (benjamini_hochberg, "bh")] {
        let found = adjust(&p).expect("p-values");
        all_close(&found, &expected[name], tol);
        let rejected = found.iter().filter(|p| **p <= 0.05).count() as u64;
        assert_eq!(rejected, whole_number(&expected[format!("{name}_rejected")]));
    }
}

#[test]
fn power_and_numbers() {
    let Some((_, case, tol)) = case("power") else { return };
    let expected = &case["expected"];
    close(power_of_t(20.0, 20.0, 1.0, 0.05).expect("power"), number(&expected["power_t_n20_d1"]), tol);
    close(n_for_t(1.0, 0.05, 0.9).expect("a number"), number(&expected["n_t_d1_power90"]), tol);
    close(n_for_shares(0.5, 0.75, 0.05, 0.9).expect("a number"), number(&expected["n_prop_50_75_power90"]), tol);
    let events = events_for_hazard_ratio(0.67, 0.5, 0.05, 0.8).expect("events");
    close(events, number(&expected["schoenfeld_events_hr067_power80"]), tol);
    for (teams, effect) in expected["team_mde_in_sd"].as_object().expect("designs") {
        let (pilot, comparison) = teams.split_once('v').expect("two numbers");
        let (pilot, comparison) = (pilot.parse().expect("a number"), comparison.parse().expect("a number"));
        close(smallest_effect(pilot, comparison, 0.05, 0.8).expect("teams"), number(effect), tol);
    }
}

#[test]
fn regression_to_mean_of_the_source() {
    let Some((_, case, tol)) = case("regression_to_mean") else { return };
    let (data, expected) = (&case["data"], &case["expected"]);
    let cutoff = number(&data["cutoff_z"]);
    close(mean_above(cutoff).expect("a number"), number(&expected["C"]), tol);
    let found = regression_to_mean(number(&data["sd_total"]), number(&data["rho"]), cutoff);
    close(found.expect("numbers"), number(&expected["rtm"]), tol);
}

#[test]
fn simpson_kidney() {
    let Some((_, case, tol)) = case("simpson_kidney") else { return };
    let (data, expected) = (&case["data"], &case["expected"]);
    let pair = |name: &str| (whole_number(&data[name][0]), whole_number(&data[name][1]));
    let strata = ["small", "large"]
        .map(|size| Stratum { first: pair(&format!("A_{size}")), second: pair(&format!("B_{size}")) });
    let found = standardise(&strata).expect("strata");
    all_close(&[found.crude.0, found.crude.1], &expected["crude"], tol);
    all_close(&[found.standardised.0, found.standardised.1], &expected["standardised"], tol);
}

#[test]
fn pert() {
    let Some((_, case, tol)) = case("pert") else { return };
    let (data, expected) = (&case["data"], &case["expected"]);
    let pert = Pert::new(number(&data["min"]), number(&data["mode"]), number(&data["max"])).expect("in order");
    close(pert.shapes().0, number(&expected["alpha"]), tol);
    close(pert.shapes().1, number(&expected["beta"]), tol);
    close(pert.mean(), number(&expected["mean"]), tol);
    close(pert.variance(), number(&expected["var"]), tol);
    let quantiles = [0.05, 0.5, 0.95].map(|p| pert.quantile(p).expect("a probability"));
    all_close(&quantiles, &expected["q"], tol);
    close(pert.triangular_mean(), number(&expected["tri_mean"]), tol);
    close(pert.triangular_variance(), number(&expected["tri_var"]), tol);
    let quantiles = [0.05, 0.5, 0.95].map(|p| pert.triangular_quantile(p).expect("a probability"));
    all_close(&quantiles, &expected["tri_q"], tol);
}

#[test]
fn npv() {
    let Some((_, case, tol)) = case("npv") else { return };
    let (flows, rate, expected) = (numbers(&case["data"]["cash"]), number(&case["data"]["rate"]), &case["expected"]);
    close(net_present_value(&flows, rate).expect("flows"), number(&expected["npv"]), tol);
    close(return_on_investment(&flows, rate).expect("flows"), number(&expected["roi"]), tol);
    let RateOfReturn::Rate(found) = rate_of_return(&flows).expect("flows") else { panic!("one rate") };
    close(found, number(&expected["irr"]), tol);
    for (rate, name) in [(0.0, "simple_payback_years"), (rate, "discounted_payback_years")] {
        let Payback::Years(years) = payback(&flows, rate).expect("flows") else { panic!("it comes back") };
        close(years, number(&expected[name]), tol);
    }
}

#[test]
fn sus() {
    let Some((_, case, tol)) = case("sus") else { return };
    let items: Vec<u8> = numbers(&case["data"]["items"])
        .iter()
        .map(|item| (1..=5).find(|answer| f64::from(*answer) >= *item).expect("an answer"))
        .collect();
    close(system_usability(&items).expect("ten items"), number(&case["expected"]["score"]), tol);
}
