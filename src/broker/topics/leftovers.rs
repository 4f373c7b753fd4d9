//! What a crash in the middle of creating or deleting a topic leaves, and a workspace whose `meta.sqlite` is gone.

use std::{
    ffi::OsString,
    fs, io,
    path::{Path, PathBuf},
};

use uuid::Uuid;

use crate::{broker::meta::TopicRow, model::check_topic_name};

const FRESH: &str = ".new";
const DOOMED: &str = ".deleted";
/// Length of an id in the name of a folder.
const ID_BYTES: usize = 36;

/// Name of a topic's folder until its row is stored.
pub fn fresh(folder: &Path) -> PathBuf {
    with_suffix(folder, FRESH)
}

/// Name of a topic's folder from the beginning of its deletion.
pub fn doomed(folder: &Path) -> PathBuf {
    with_suffix(folder, DOOMED)
}

/// Finishes or undoes what a crash cut short; returns the topics that were being deleted. Folders that it does not know
/// stay untouched. Blocks on disk.
pub fn clean(topics_folder: &Path, rows: &[TopicRow]) -> io::Result<Vec<Uuid>> {
    fs::create_dir_all(topics_folder)?;
    let mut deleted = Vec::new();
    for entry in fs::read_dir(topics_folder)? {
        let entry = entry?;
        let Some(name) = entry.file_name().to_str().map(str::to_owned) else { continue };
        let row = |suffix| name.strip_suffix(suffix).map(|folder| rows.iter().find(|row| row.folder == folder));
        if let Some(row) = row(FRESH) {
            match row {
                Some(row) => fs::rename(entry.path(), topics_folder.join(&row.folder))?,
                None => fs::remove_dir_all(entry.path())?,
            }
        } else if let Some(row) = row(DOOMED) {
            deleted.extend(row.map(|row| row.id));
            fs::remove_dir_all(entry.path())?;
        } else if !rows.iter().any(|row| row.folder == name) {
            tracing::warn!("a folder among the topics belongs to none and is left alone: {}", entry.path().display());
        }
    }
    Ok(deleted)
}

/// Finds topics by their folders, for a workspace without `meta.sqlite`. Settings and committed offsets are lost, records
/// are not. Blocks on disk.
pub fn rebuild(topics_folder: &Path) -> io::Result<Vec<TopicRow>> {
    let mut rows = Vec::<TopicRow>::new();
    if !topics_folder.exists() {
        return Ok(rows);
    }
    for entry in fs::read_dir(topics_folder)? {
        let entry = entry?;
        let Some(folder) = entry.file_name().to_str().map(str::to_owned) else { continue };
        let Some((name, id)) = split_folder_name(&folder) else { continue };
        let mut files = Vec::new();
        for file in fs::read_dir(entry.path())? {
            let path = file?.path();
            if path.extension().is_some_and(|extension| extension == "sqlite")
                && let Some(partition) = path.file_stem().and_then(|stem| stem.to_str()?.parse::<i32>().ok())
            {
                files.push(partition);
            }
        }
        let partitions = files.iter().max().map_or(1, |last| last.saturating_add(1));
        if partitions <= super::change::TOPIC_PARTITIONS_MAX && !rows.iter().any(|row| row.name == name) {
            rows.push(TopicRow { id, name, folder, partitions, configs: Default::default(), files });
        }
    }
    Ok(rows)
}

fn split_folder_name(folder: &str) -> Option<(String, Uuid)> {
    let at = folder.len().checked_sub(ID_BYTES + 1)?;
    let (name, id) = (folder.get(..at)?, folder.get(at..)?.strip_prefix('-')?);
    check_topic_name(name).ok()?;
    Some((name.to_owned(), Uuid::parse_str(id).ok()?))
}

fn with_suffix(folder: &Path, suffix: &str) -> PathBuf {
    let mut name = OsString::from(folder);
    name.push(suffix);
    PathBuf::from(name)
}
