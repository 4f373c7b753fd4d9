//! A chart as a file: a picture of it as it stands on the screen, or the values of its lines.

use std::sync::Arc;

use egui::{ColorImage, Id, Rect, ScreenshotCallback, Ui, ViewportCommand};

use crate::session::Session;

/// Frames between the choice in the menu and the picture, for the menu to be gone from it.
const FRAMES_UNTIL_PICTURE: u8 = 3;

/// Asks for a picture of the chart with that id, once the menu is closed.
pub(super) fn ask_picture(ui: &Ui, id: Id) {
    ui.data_mut(|data| data.insert_temp(id.with("picture"), FRAMES_UNTIL_PICTURE));
    ui.request_repaint();
}

/// Takes the picture of `rect` when its time has come. Call every frame.
pub(super) fn take_picture(ui: &Ui, id: Id, rect: Rect, name: &str, session: Option<&Session>) {
    let waiting = id.with("picture");
    let Some(frames) = ui.data(|data| data.get_temp::<u8>(waiting)) else { return };
    ui.request_repaint();
    if frames > 0 {
        ui.data_mut(|data| data.insert_temp(waiting, frames - 1));
        return;
    }
    ui.data_mut(|data| data.remove::<u8>(waiting));
    let Some(session) = session.cloned() else { return };
    let (name, scale) = (format!("{name}.png"), ui.pixels_per_point());
    let done = move |image: Arc<ColorImage>| match png(&image, rect, scale) {
        Ok(bytes) => session.save_file(&name, bytes),
        Err(why) => tracing::warn!(%why, "a chart could not be made a picture"),
    };
    ui.send_viewport_cmd(ViewportCommand::Screenshot(ScreenshotCallback::new(done)));
}

/// That part of a picture of the window, as a PNG file; `scale` is pixels a point.
fn png(image: &ColorImage, rect: Rect, scale: f32) -> Result<Vec<u8>, String> {
    use eframe::icon_data::IconDataExt;
    let whole = Rect::from_min_size(egui::Pos2::ZERO, egui::vec2(image.width() as f32, image.height() as f32) / scale);
    let part = image.region(&rect.intersect(whole), Some(scale));
    // What eframe writes its icons with is a writer of any picture.
    let data = eframe::egui::IconData {
        rgba: part.as_raw().to_vec(),
        width: part.width() as u32,
        height: part.height() as u32,
    };
    data.to_png_bytes()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_part_of_the_window_becomes_a_png() {
        let image = ColorImage::filled([40, 30], egui::Color32::RED);
        // Reaches over the edge of the window: what is there is taken.
        let rect = Rect::from_min_max(egui::pos2(10.0, 5.0), egui::pos2(100.0, 100.0));
        let bytes = png(&image, rect, 2.0).unwrap();
        let back = eframe::icon_data::from_png_bytes(&bytes).unwrap();
        assert_eq!((back.width, back.height), (20, 20));
        assert_eq!(back.rgba[..4], [255, 0, 0, 255]);
    }
}
