//! Git.

mod commit;
mod diff;
mod error;
mod history;
mod names_at;
mod open;
pub mod script;
mod template;
mod text;
mod tree;
mod watch;
mod yaml;

pub use error::GitError;

/// Probe.
pub fn probe(settings: &crate::config::Settings, repository: &crate::config::Repository) {
    let start = std::time::Instant::now();
    let o = open::open(repository).unwrap();
    eprintln!("open {:?} shallow {} side {} tags {}", start.elapsed(), o.shallow.len(), o.side_heads.len(), o.tags.len());
    let h = history::walk(&o.git, o.head, &o.shallow, |_| {}, &|_| {});
    eprintln!("walk alone {:?} commits {} line {} sigs {}", start.elapsed(), h.commits.len(), h.line.len(), h.signatures.iter().count());
    drop(h);
    let watch = watch::Watch::new(settings, repository).unwrap();
    let start = std::time::Instant::now();
    let safe = o.git.clone().into_sync();
    let (h, t) = diff::on_workers(&safe, &watch, |send| { let h = history::walk(&o.git, o.head, &o.shallow, |p| send(p), &|_| {}); eprintln!("walk {:?}", start.elapsed()); h });
    eprintln!("both {:?}", start.elapsed());
    let n: usize = (0..h.commits.len()).map(|p| t.of(p as u32).len()).sum();
    eprintln!("touches {n} missing {:?}", t.missing);
}
