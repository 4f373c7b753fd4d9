//! The dialog that opens a lab file: a path, and what is wrong with the file where something is.

use std::{
    path::{Path, PathBuf},
    sync::Arc,
};

use egui::Ui;

use crate::{
    labs::file::{FILE_BYTES_MAX, LabFile, Problem},
    session::{Loadable, Phrase},
    ui::{
        Ctx,
        screens::path_field::{PathField, Purpose},
        theme,
        widgets::{self, Dialog, DialogEnd},
    },
};

/// Problems of a file that are shown.
const PROBLEMS_MAX: usize = 6;

/// What is open and what it waits for.
#[derive(Default)]
pub(super) struct OpenFile {
    path: PathField,
    /// The path that is read, or was.
    asked: Option<PathBuf>,
    read: Loadable<Result<Arc<LabFile>, Vec<Problem>>>,
}

/// How it ended in this frame.
pub(super) enum End {
    Open,
    Cancelled,
    Chosen(Arc<LabFile>),
}

impl OpenFile {
    /// Draws it.
    pub(super) fn ui(&mut self, ui: &Ui, ctx: &Ctx<'_>) -> End {
        let (title, confirm, cancel) = (ctx.t("labs-open"), ctx.t("labs-open-confirm"), ctx.t("cancel"));
        let why_not = self.path.fault().map(|id| ctx.t(id));
        let dialog = Dialog::new(&title, &confirm, &cancel).unless(why_not.as_deref()).width(560.0);
        let end = dialog.show(ui, |ui| {
            widgets::paragraph(ui, &ctx.t("labs-open-about"));
            // The field also tells that it was left, as it is by the click that opens the file.
            if self.path.ui(ui, ctx, "labs-open-field", Purpose::Open) && self.path.path() != self.asked {
                self.read.clear();
            }
            self.faults(ui, ctx);
        });
        if let Some(read) = self.read.value()
            && let Ok(file) = &*read
        {
            return End::Chosen(Arc::clone(file));
        }
        match end {
            DialogEnd::Cancelled => return End::Cancelled,
            DialogEnd::Confirmed => self.load(ctx),
            DialogEnd::Open => {}
        }
        End::Open
    }

    /// Reads the file where a window does no disk work.
    fn load(&mut self, ctx: &Ctx<'_>) {
        let (Some(session), Some(path)) = (ctx.session, self.path.path()) else { return };
        self.asked = Some(path.clone());
        session.load(&self.read, async move {
            let shown = path.display().to_string();
            let read = tokio::task::spawn_blocking(move || read(&path)).await;
            let failed = |error: &dyn std::error::Error| {
                crate::session::Problem::from_error(Phrase::new("labs-open-failed").with("path", shown.clone()), error)
            };
            let text = read.map_err(|error| failed(&error))?.map_err(|error| failed(&error))?;
            Ok(LabFile::parse(&text).map(Arc::new))
        });
    }

    fn faults(&self, ui: &mut Ui, ctx: &Ctx<'_>) {
        if let Some(problem) = self.read.view().problem {
            widgets::problem(ui, ctx, &problem, None);
        }
        let Some(read) = self.read.value() else { return };
        let Err(problems) = &*read else { return };
        let color = theme::of(ui).bad;
        for problem in problems.iter().take(PROBLEMS_MAX) {
            let args = [("line", problem.line.into()), ("sentence", problem.sentence.as_str().into())];
            super::panel::wrapped(ui, &ctx.text.with("labs-open-fault", &args), theme::body(), color);
        }
    }
}

/// A file of at most the size of a lab; a longer one is cut, which the parser then says.
fn read(path: &Path) -> std::io::Result<String> {
    use std::io::Read as _;
    let mut text = String::new();
    std::fs::File::open(path)?.take(FILE_BYTES_MAX as u64 + 1).read_to_string(&mut text)?;
    Ok(text)
}
