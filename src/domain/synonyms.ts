// Labels that other systems use for the standard fields, the best first.
// Invariant: no two fields share a label, also not when case, spaces, quotes, - and _ are disregarded (a test looks).
// From the exports of Slate, Banner, Workday, PeopleSoft, Dynamics, OneRoster, PowerSchool, Blackbaud, Salesforce, Qualtrics
// and UKG. Only labels that mean the person are here: the phone of a parent or the e-mail of an advisor is not theirs.

/** One label per line of a system; `|` separates them, so that the table stays readable. */
const table: Record<string, string> = {
  causewayId: 'Causeway ID|Causeway Contact ID',
  crmId:
    'CRM ID|CRM Contact ID|Contact ID|Student ID|Student Number|Student No|Stu ID|Stu Num|SID|SPRIDEN_ID|Banner ID|EMPLID|Empl ID|Workday ID|Universal ID|University ID|Campus ID|Slate ID|Slate Reference|Prospect ID|Applicant ID|Person ID|Reference ID|sourcedId|Sourced ID|Student Identifier|UID|Constituent ID|Record ID|Unique ID|External ID|External Data Reference|Local ID|Person Ref|Ref|Employee ID|SPRIDEN_PIDM|Student Key|ID Number|ID',
  firstName:
    'First Name|Legal First Name|Legal Name - First Name|Name First|First|Given Name|givenName|Forename|F Name|FName|FirstNm|SPRIDEN_FIRST_NAME|First Name Legal|Student First|firstGivenName|Recipient First Name',
  preferredName:
    'Preferred Name|Preferred First Name|Preferred First|Preferred|Chosen Name|Chosen First Name|Nickname|Nick Name|Goes By|Known As|Preferred Name - First Name|Preferred Given Name|preferredFirstName|SPBPERS_PREF_FIRST_NAME|Pref First Name|Name Preferred',
  lastName:
    'Last Name|Legal Last Name|Legal Name - Last Name|Name Last|Last|Surname|Family Name|familyName|L Name|LName|LastNm|SPRIDEN_LAST_NAME|Last Name Legal|Student Last|Recipient Last Name',
  phone:
    'Mobile Phone|Mobile Phone Number|Mobile Number|Mobile|Cell Phone|Cell Phone Number|Cell Number|Cell|Cellular|Cellphone Number|sms|SMS Number|SMS Phone|Text Phone|TXTPhone|Text Number|Mobile Telephone|MobilePhone1|Phone Mobile|Phone Cell|Phone|Phone Number|Phone No|Telephone|Telephone Number|Tel|Contact Phone|Contact Number|Primary Phone|Primary Phone Number|Preferred Phone|Preferred Phone Number|Personal Phone|Phone 1|Telephone 1',
  email:
    'Email|E-mail|Email Address|E-mail Address|Primary Email|Primary Email Address|Preferred Email|Preferred Email Address|Email Preferred|Personal Email|Personal Email Address|Contact Email|Email 1|EmailAddress1|Email Addr|EMAILID|GOREMAL_EMAIL_ADDRESS|Recipient Email|Student Email Address',
  dateOfBirth:
    'Date of Birth|DOB|Birth Date|Birthdate|Birthday|Birth Day|Date Birth|SPBPERS_BIRTH_DATE|Birth Dt|Bdate|Born',
  gender: 'Gender|Sex|Gender Identity|Gender Code|GenderCode|SPBPERS_SEX|Sex Code|Legal Sex',
  raceEthnicity:
    'Race/Ethnicity|Race and Ethnicity|Race & Ethnicity|Race Ethnicity|Ethnicity|Race|Ethnic Group|Ethnic Code|Ethnicity Race|IPEDS Race/Ethnicity|IPEDS Ethnicity|IPEDS Race|SPBPERS_ETHN_CODE|Federal Ethnicity|Ethnicity Code|Race Code',
  graduationYear:
    'Graduation Year|Grad Year|Year of Graduation|Class Year|Class Of|Expected Graduation Year|Anticipated Graduation Year|HS Grad Year|HS Graduation Year|High School Graduation Year|High School Grad Year|Graduation Yr|Grad Yr|GradYr|Cohort Graduation Year|Sched Year of Graduation',
  gpa: 'GPA|Cumulative GPA|Cum GPA|Cumulative Grade Point Average|Grade Point Average|Overall GPA|High School GPA|HS GPA|Unweighted GPA|Current GPA|SHRLGPA_GPA',
  school:
    'School|School Name|High School|High School Name|HS Name|Current School|Institution Name|School Attended|CEEB Name|Last School|Previous School',
  street:
    'Street|Street Address|Address|Address 1|Address Line 1|Street 1|Street Line 1|Mailing Address|Mailing Street|Mailing Address 1|Mailing Address Line 1|Home Address|Home Street|Address Street|Permanent Address|SPRADDR_STREET_LINE1|Active Street 1|address1_line1|Addr 1|Addr1|Primary Address - Line 1',
  city: 'City|Mailing City|Home City|Address City|City Name|Town|Permanent City|SPRADDR_CITY|Active City|address1_city|Municipality|City/Town',
  state:
    'State|State/Province|State or Province|Province|Mailing State|Mailing State/Province|Home State|Address State|State Code|Region|Permanent State|SPRADDR_STAT_CODE|Active Region|address1_stateorprovince|State Abbreviation|State/Region',
  postalCode:
    'Postal Code|ZIP|ZIP Code|ZIP/Postal Code|Postcode|Post Code|Mailing ZIP|Mailing Postal Code|Mailing ZIP Code|Mailing Zip/Postal Code|Home ZIP|Home Postal Code|Address Postal Code|Postal|Zip5|Permanent ZIP|SPRADDR_ZIP|Active Postal|address1_postalcode',
  country:
    'Country|Country Name|Country Code|Mailing Country|Home Country|Address Country|Nation|Permanent Country|SPRADDR_NATN_CODE|Active Country|address1_country|Country/Region',
  majors:
    'Majors|Major|Major 1|Intended Major|Primary Major|Academic Major|Program of Study|Field of Study|Academic Interest|Major Name|Major Description|Declared Major|Major/Program|Area of Study',
  textOptOut:
    'Text Opt-Out|Text Opted Out|Text Message Opt Out|Text Messaging Opt Out|SMS Opt Out|SMS Opted Out|Opt Out|Opted Out|OptedOut|Do Not Text|DoNotText|DoNotSMS|SMS Opt-Out Status|Has Opted Out of Text|Has Opted Out of SMS|Texting Opt Out|Text OptOut Flag|Unsubscribed from Text',
  enrollmentId:
    'Enrollment ID|Enrolment ID|Enrollment Number|Enrollment Reference|Application ID|Application Number|Application Reference|App ID|Enrollment Key',
};

export const standardSynonyms: Record<string, readonly string[]> = Object.fromEntries(
  Object.entries(table).map(([field, labels]) => [field, labels.split('|')]),
);
