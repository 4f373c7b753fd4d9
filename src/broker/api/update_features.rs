//! UpdateFeatures: the levels come with the version of Millpond. Asking for the level in force is fine, any other is
//! refused.

use kafka_protocol::{
    ResponseError,
    messages::{
        UpdateFeaturesRequest, UpdateFeaturesResponse, update_features_request::FeatureUpdateKey,
        update_features_response::UpdatableFeatureResult,
    },
};

use super::{Fault, features::feature};

/// First version that tells types of change apart, and the last that answers for each feature.
const UPGRADE_TYPE_FROM: i16 = 1;
const RESULTS_UNTIL: i16 = 1;
/// Upgrade, safe downgrade, unsafe downgrade.
const UPGRADE_TYPES: std::ops::RangeInclusive<i8> = 1..=3;

pub fn answer(version: i16, request: UpdateFeaturesRequest) -> UpdateFeaturesResponse {
    let response = UpdateFeaturesResponse::default().with_error_message(None);
    let outcomes: Vec<_> = request.feature_updates.iter().map(|update| check(version, update)).collect();
    // All or nothing: the first refusal speaks for the request.
    if let Some(fault) = outcomes.into_iter().find_map(Result::err) {
        return response.with_error_code(fault.code()).with_error_message(fault.text());
    }
    if version > RESULTS_UNTIL {
        return response;
    }
    let done = |update: FeatureUpdateKey| UpdatableFeatureResult::default().with_feature(update.feature);
    let results = request.feature_updates.into_iter().map(|update| done(update).with_error_message(None));
    response.with_results(results.collect())
}

fn check(version: i16, update: &FeatureUpdateKey) -> Result<(), Fault> {
    if version >= UPGRADE_TYPE_FROM && !UPGRADE_TYPES.contains(&update.upgrade_type) {
        let message = format!("{} is no type of update; there are 1 upgrade, 2 and 3 downgrade", update.upgrade_type);
        return Err(Fault::new(ResponseError::InvalidRequest, message));
    }
    let (name, level) = (&update.feature, update.max_version_level);
    let refused = |message| Err(Fault::new(ResponseError::InvalidUpdateVersion, message));
    match feature(name) {
        None => refused(format!("there is no feature {name:?} here")),
        Some(feature) if feature.level == level => Ok(()),
        Some(feature) => refused(format!(
            "{name} stays at level {}: it is what this version of Millpond does, {level} is not",
            feature.level
        )),
    }
}
