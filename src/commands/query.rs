//! `milepost query`: SQL over every table of the study. Private: it shows whatever it is asked for.

use super::output::{Talk, print_frame, print_rows};
use super::{CommandError, Outcome, study};
use crate::cli::QueryArgs;

pub(super) fn run(args: &QueryArgs) -> Result<Outcome, CommandError> {
    let study = study::open(&args.study, Talk::Aloud, study::UpTo::Measures)?;
    if let Some(sql) = &args.sql {
        print_frame(&study.catalog.query(sql)?, args.format)?;
        return Ok(Outcome::Done);
    }
    let rows: Vec<Vec<String>> = study
        .catalog
        .tables()
        .map(|(name, frame)| {
            let columns: Vec<_> = frame.get_column_names().iter().map(ToString::to_string).collect();
            vec![name.to_owned(), frame.height().to_string(), columns.join(", ")]
        })
        .collect();
    print_rows(&["table", "rows", "columns"], &rows, args.format)?;
    Ok(Outcome::Done)
}
