use super::Owner;

const USERS: &str = "root:x:0:0:root:/root:/bin/bash\npostgres:x:101:104:,,,:/var/lib/postgresql:/bin/bash\n";

#[test]
fn a_user_is_found_by_name() {
    assert_eq!(Owner::named(USERS, "postgres"), Some(Owner { user: 101, group: 104 }));
    assert_eq!(Owner::named(USERS, "nobody"), None);
    assert_eq!(Owner::named("postgres:x", "postgres"), None);
}
