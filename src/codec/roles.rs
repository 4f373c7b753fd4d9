//! The roles of users, beside what Kafka's protocol says about users.
//!
//! Kafka's requests about SCRAM credentials (KIP-554) know names and passwords, not what a user may do. Their tagged fields
//! (KIP-482) have room for it: a peer that does not know the tag skips it, so the same requests work with any broker.

use std::collections::BTreeMap;

use bytes::Bytes;

use crate::model::Role;

/// The tag: above those that Kafka gives out (it has none in these requests), and small, because the guard before the
/// decoder (`frame::guard`) takes every number for a count that the rest of the body must be able to hold.
const TAG: i32 = 10;

/// Roles by user.
pub type Roles = BTreeMap<String, Role>;

/// Puts roles among the tagged fields of AlterUserScramCredentials, where they are to change, or of the answer to
/// DescribeUserScramCredentials, where they are told.
pub fn put(roles: &Roles, fields: &mut BTreeMap<i32, Bytes>) {
    // A map of strings to names is always JSON.
    if let Ok(json) = serde_json::to_vec(roles) {
        fields.insert(TAG, json.into());
    }
}

/// Takes them out; `None` where the peer does not tell any.
///
/// # Errors
/// What is wrong with what stands there.
pub fn take(fields: &BTreeMap<i32, Bytes>) -> Result<Option<Roles>, String> {
    fields.get(&TAG).map(|json| serde_json::from_slice(json).map_err(|error| error.to_string())).transpose()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn roles_are_taken_as_they_were_put() {
        let roles = Roles::from([("a \"b\"".to_owned(), Role::Admin), ("水".to_owned(), Role::Read)]);
        let mut fields = BTreeMap::new();
        assert_eq!(take(&fields), Ok(None));
        put(&roles, &mut fields);
        assert_eq!(take(&fields), Ok(Some(roles)));
        fields.insert(TAG, Bytes::from_static(b"{\"a\":\"king\"}"));
        assert!(take(&fields).is_err());
    }
}
